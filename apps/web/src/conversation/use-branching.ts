import { newClientId } from '@aura/client';
import { useAura } from '@aura/client/react';
import { notifications } from '@mantine/notifications';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { useErrorText } from '../i18n/use-error-text.ts';

export interface Branching {
  /** One of these is on its way. */
  isBusy: boolean;
  /** Says something else in place of a message, in a branch, and goes there. Answers whether it worked. */
  edit: (messageId: string, text: string) => Promise<boolean>;
  /** Makes a branch that ends with a message, and goes there. */
  fork: (messageId: string) => Promise<boolean>;
  /** Has the last turn, which the message is of, answered anew. */
  regenerate: (messageId: string) => Promise<boolean>;
}

/** Other ways for a conversation to go. Each tells the person itself when it failed. */
export function useBranching(conversationId: string): Branching {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const client = useAura();
  const navigate = useNavigate();
  const [isBusy, setIsBusy] = useState(false);
  // Trying the same again after a failure must not branch a second time.
  const lastTry = useRef<{ wanted: string; clientId: string } | null>(null);

  const attempt = async (
    wanted: string,
    action: (clientId: string) => Promise<{ branchId: string | null }>,
  ): Promise<boolean> => {
    if (isBusy) return false;
    if (lastTry.current?.wanted !== wanted) lastTry.current = { wanted, clientId: newClientId() };
    setIsBusy(true);
    try {
      const { branchId } = await action(lastTry.current.clientId);
      lastTry.current = null;
      if (branchId !== null) await navigate(`/c/${branchId}`);
      return true;
    } catch (err) {
      notifications.show({
        color: 'red',
        message: t('conversation.branchFailed', { reason: errorText(err) }),
      });
      return false;
    } finally {
      setIsBusy(false);
    }
  };
  const { conversation: calls } = client;
  return {
    isBusy,
    edit: (messageId, text) =>
      attempt(`edit ${messageId} ${text}`, async (clientId) => {
        const made = await calls.editMessage.mutate({ conversationId, messageId, text, clientId });
        return { branchId: made.conversation.id };
      }),
    fork: (messageId) =>
      attempt(`fork ${messageId}`, async (clientId) => {
        const made = await calls.fork.mutate({ conversationId, messageId, clientId });
        return { branchId: made.conversation.id };
      }),
    regenerate: (messageId) =>
      attempt(`regenerate ${messageId}`, async (clientId) => {
        await calls.regenerate.mutate({ conversationId, messageId, clientId });
        return { branchId: null };
      }),
  };
}
