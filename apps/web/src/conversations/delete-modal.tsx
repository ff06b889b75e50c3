import type { ConversationView } from '@aura/contract';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useMatch, useNavigate } from 'react-router';
import { ConfirmModal } from '../app/confirm-modal.tsx';
import { useConversationActions } from './use-conversation-actions.tsx';

interface DeleteModalProps {
  conversation: ConversationView;
  title: string;
  isOpen: boolean;
  onClose: () => void;
}

export function DeleteModal({ conversation, title, isOpen, onClose }: DeleteModalProps): ReactElement {
  const { t } = useTranslation();
  const { remove } = useConversationActions(conversation);
  const navigate = useNavigate();
  const isShown = useMatch(`/c/${conversation.id}`) !== null;
  return (
    <ConfirmModal
      isOpen={isOpen}
      onClose={onClose}
      title={t('conversations.deleteTitle')}
      body={t('conversations.deleteBody', { title })}
      confirmLabel={t('conversations.delete')}
      onConfirm={async () => {
        // Away first: the news of the deletion can be here before the answer to it.
        if (isShown) await navigate('/');
        await remove();
      }}
    />
  );
}
