import type { ConversationView } from '@aura/contract';
import { useDeleteConversation, useUpdateConversation } from '@aura/client/react';
import { Button, Group } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { useErrorText } from '../i18n/use-error-text.ts';

export interface ConversationActions {
  rename: (title: string) => Promise<void>;
  setPinned: (isPinned: boolean) => Promise<void>;
  /** Leaves a note with a way back. */
  setArchived: (isArchived: boolean) => Promise<void>;
  remove: () => Promise<void>;
}

/** What a person can do with a conversation from outside. Each tells them itself when it failed. */
export function useConversationActions({ id }: Pick<ConversationView, 'id'>): ConversationActions {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const update = useUpdateConversation();
  const { mutateAsync: removeConversation } = useDeleteConversation();

  const attempt = async (action: () => Promise<unknown>): Promise<boolean> => {
    try {
      await action();
      return true;
    } catch (err) {
      notifications.show({ color: 'red', message: errorText(err) });
      return false;
    }
  };
  const change = (values: Partial<Pick<ConversationView, 'title' | 'isPinned' | 'isArchived'>>) =>
    attempt(() => update.mutateAsync({ conversationId: id, ...values }));

  return {
    rename: async (title) => void (await change({ title })),
    setPinned: async (isPinned) => void (await change({ isPinned })),
    setArchived: async (isArchived) => {
      const isDone = await change({ isArchived });
      if (isDone) showUndo(t, isArchived, () => void change({ isArchived: !isArchived }));
    },
    remove: async () => {
      const isDone = await attempt(() => removeConversation({ conversationId: id }));
      if (isDone) notifications.show({ message: t('conversations.deletedNotice') });
    },
  };
}

function showUndo(t: TFunction, isArchived: boolean, onUndo: () => void): void {
  const noticeId = notifications.show({
    autoClose: 8_000,
    message: (
      <Group justify="space-between" wrap="nowrap">
        {t(isArchived ? 'conversations.archivedNotice' : 'conversations.unarchivedNotice')}
        <Button
          variant="subtle"
          size="compact-sm"
          onClick={() => {
            notifications.hide(noticeId);
            onUndo();
          }}
        >
          {t('app.undo')}
        </Button>
      </Group>
    ),
  });
}
