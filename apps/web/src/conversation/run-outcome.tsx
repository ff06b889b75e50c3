import type { RunState } from '@aura/contract';
import { Button } from '@mantine/core';
import { IconAlertCircle, IconPlayerStop } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './run-view.module.css';

interface RunOutcomeProps {
  run: RunState;
  onTryAgain: (() => void) | null;
}

/** How a run ended, when it did not simply finish. */
export function RunOutcome({ run, onTryAgain }: RunOutcomeProps): ReactElement | null {
  const { t } = useTranslation();
  if (run.status !== 'failed' && run.status !== 'cancelled') return null;
  const isFailed = run.status === 'failed';
  const hasText = run.items.some((item) => item.kind === 'text' && item.text !== '');
  const Icon = isFailed ? IconAlertCircle : IconPlayerStop;
  return (
    <div className={classes.outcome} data-tone={run.status}>
      <Icon size={18} aria-hidden />
      <span className={classes.outcomeText}>
        {isFailed
          ? `${t('conversation.failed')} ${run.error === null ? '' : t(`runErrors.${run.error.code}`)}`
          : t(hasText ? 'conversation.stopped' : 'conversation.stoppedSilent')}
      </span>
      {onTryAgain !== null && (
        <Button variant="default" size="compact-md" fz="sm" onClick={onTryAgain}>
          {t('app.tryAgain')}
        </Button>
      )}
    </div>
  );
}
