import type { RunState } from '@aura/contract';
import { IconRefreshAlert } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { runPhase } from './run-phase.ts';
import classes from './run-view.module.css';
import { Shimmer } from './shimmer.tsx';
import { useIsRetrying } from './use-is-retrying.ts';

/** What the run is doing, while nothing else on screen says so. */
export function RunStatusLine({ run }: { run: RunState }): ReactElement | null {
  const { t } = useTranslation();
  const phase = runPhase(run);
  const isRetrying = useIsRetrying(run);
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
