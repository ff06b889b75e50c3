import { notifications } from '@mantine/notifications';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { useErrorText } from '../i18n/use-error-text.ts';

/** Does something and tells the person when it failed. Answers whether it worked. */
export function useAttempt(): (action: () => Promise<unknown>) => Promise<boolean> {
  const { t } = useTranslation();
  const errorText = useErrorText();
  return useCallback(
    async (action) => {
      try {
        await action();
        return true;
      } catch (err) {
        const message = t('rooms.message.failed', { reason: errorText(err) });
        notifications.show({ color: 'red', message });
        return false;
      }
    },
    [t, errorText],
  );
}
