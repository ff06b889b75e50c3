import type { ConversationView, RunState } from '@aura/contract';
import { useTranslation } from 'react-i18next';
import type { Meanwhile } from './composer.tsx';

/** What sending does while a run is active, by the conversation's settings; null while none is. */
export function useMeanwhile(
  run: RunState | null,
  { whenBusy, whenWaiting }: ConversationView,
  draft: string,
): Meanwhile | null {
  const { t } = useTranslation();
  if (run === null) return null;
  if (run.status === 'waiting') {
    return { canSend: whenWaiting !== 'reject', hint: t(`conversation.hintWaiting.${whenWaiting}`) };
  }
  // Of no interest to somebody who only reads.
  const hint = draft.trim() === '' ? t('conversation.hintStop') : t(`conversation.hintBusy.${whenBusy}`);
  return { canSend: whenBusy !== 'reject', hint };
}
