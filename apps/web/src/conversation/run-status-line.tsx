import type { RunState } from '@aura/contract';
import { Button } from '@mantine/core';
import { IconClockPause, IconHandStop, IconRefreshAlert } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { isAskedOf, useMe } from '../approvals/use-me.ts';
import { runPhase } from './run-phase.ts';
import classes from './run-view.module.css';
import { Shimmer } from './shimmer.tsx';
import { useIsRetrying } from './use-is-retrying.ts';

interface RunStatusLineProps {
  run: RunState;
  /** It is queued, and another run's turn comes first. */
  isBehind: boolean;
  /** Null: the reader may not. */
  onStop: ((runId: string) => void) | null;
}

/** What the run is doing, while nothing else on screen says so. */
export function RunStatusLine({ run, isBehind, onStop }: RunStatusLineProps): ReactElement | null {
  const { t } = useTranslation();
  const phase = runPhase(run);
  const isRetrying = useIsRetrying(run);
  if (phase === 'waiting') return <WaitingLine run={run} />;
  if (isBehind) {
    return (
      <div className={classes.status}>
        <IconClockPause size={17} aria-hidden />
        {t('conversation.queuedBehind')}
        {onStop !== null && (
          <Button variant="subtle" color="gray" size="compact-sm" fw={500} onClick={() => onStop(run.id)}>
            {t('conversation.removeQueued')}
          </Button>
        )}
      </div>
    );
  }
  if (isRetrying && run.error !== null) {
    return (
      <div className={classes.status} data-tone="warning">
        <IconRefreshAlert size={17} aria-hidden />
        {t('conversation.retrying', { reason: t(`runErrors.${run.error.code}`) })}
      </div>
    );
  }
  if (phase === null) return null;
  return (
    <div className={classes.status}>
      <Shimmer>{t(`conversation.${phase}`)}</Shimmer>
    </div>
  );
}

/** Nothing moves here: there is no hurry. */
function WaitingLine({ run }: { run: RunState }): ReactElement {
  const { t } = useTranslation();
  const me = useMe();
  const isForMe = run.items.some(
    (item) => item.kind === 'approval' && item.approval.status === 'pending' && isAskedOf(item.approval, me),
  );
  return (
    <div className={classes.status} data-tone="waiting">
      <IconHandStop size={17} aria-hidden />
      {t(isForMe ? 'conversation.waitingForYou' : 'conversation.waitingForOthers')}
    </div>
  );
}
