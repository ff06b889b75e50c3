import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useErrorText } from '../i18n/use-error-text.ts';
import { useStopOnEscape } from './use-stop-on-escape.ts';

export interface Stop {
  isStopping: boolean;
  stop: () => void;
}

/** Stops the active run, by the returned call or by Escape. `runId` is null while there is none. */
export function useStop(runId: string | null, stopRun: () => Promise<unknown>): Stop {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const [stoppingRunId, setStoppingRunId] = useState<string | null>(null);
  const isStopping = runId !== null && runId === stoppingRunId;

  const stop = async () => {
    if (runId === null || isStopping) return;
    setStoppingRunId(runId);
    try {
      await stopRun();
    } catch (err) {
      setStoppingRunId(null);
      notifications.show({ color: 'red', message: t('conversation.stopFailed', { reason: errorText(err) }) });
    }
  };
  useStopOnEscape(runId !== null, () => void stop());
  return { isStopping, stop: () => void stop() };
}
