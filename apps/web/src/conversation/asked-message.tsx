import type { MessageView } from '@aura/contract';
import { IconPencil } from '@tabler/icons-react';
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { EditMessageForm } from './edit-message-form.tsx';
import { IconAction } from './icon-action.tsx';
import classes from './user-message.module.css';
import { UserMessage } from './user-message.tsx';

interface AskedMessageProps {
  conversationId: string;
  message: MessageView;
}

/** What a person said, and the way to say it differently in a branch. */
export function AskedMessage({ conversationId, message }: AskedMessageProps): ReactElement {
  const { t } = useTranslation();
  const [isEditing, setIsEditing] = useState(false);
  if (isEditing) {
    return (
      <EditMessageForm conversationId={conversationId} message={message} onDone={() => setIsEditing(false)} />
    );
  }
  return (
    <UserMessage text={message.text}>
      <div className={classes.actions}>
        <IconAction
          label={t('conversation.editAndBranch')}
          icon={<IconPencil size={15} />}
          onClick={() => setIsEditing(true)}
        />
      </div>
    </UserMessage>
  );
}
