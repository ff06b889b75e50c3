import type { RunState } from '@aura/contract';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useErrorText } from '../i18n/use-error-text.ts';
import { useStopOnEscape } from './use-stop-on-escape.ts';

export interface Stop {
  isStopping: boolean;
  stop: () => void;
  /** Stops another run than the active one: one that is queued. */
  stopRun: (runId: string) => void;
}

/**
 * Stops the active run, by the returned call or by Escape; `run` is null while there is none. Escape does not end a run
 * that waits for a person: it would take back the question they are about to answer.
 */
export function useStop(run: RunState | null, stopRun: (runId: string) => Promise<unknown>): Stop {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const [stoppingRunId, setStoppingRunId] = useState<string | null>(null);
  const runId = run?.id ?? null;
  const isStopping = runId !== null && runId === stoppingRunId;
  const tell = (err: unknown) =>
    notifications.show({ color: 'red', message: t('conversation.stopFailed', { reason: errorText(err) }) });

  const stop = async () => {
    if (runId === null || isStopping) return;
    setStoppingRunId(runId);
    try {
      await stopRun(runId);
    } catch (err) {
      setStoppingRunId(null);
      tell(err);
    }
  };
  useStopOnEscape(runId !== null && run?.status !== 'waiting', () => void stop());
  return {
    isStopping,
    stop: () => void stop(),
    stopRun: (otherId) => void stopRun(otherId).catch(tell),
  };
}
