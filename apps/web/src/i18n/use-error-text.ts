import { toAuraError } from '@aura/client';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';

/** What to tell a person about a failed call, by its code; the server's message is for developers. */
export function useErrorText(): (err: unknown) => string {
  const { t } = useTranslation();
  return useCallback((err: unknown) => t(`errors.${toAuraError(err).code}`), [t]);
}
