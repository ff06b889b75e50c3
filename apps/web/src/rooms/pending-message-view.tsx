import { isTransient } from '@aura/client';
import type { PendingRoomMessage } from '@aura/client/react';
import { Button } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useErrorText } from '../i18n/use-error-text.ts';
import { AttachmentNames } from './attachment-list.tsx';
import { MessageFrame } from './message-frame.tsx';
import { MessageText } from './message-text.tsx';
import { useRoomScene } from './room-context.ts';
import classes from './room-message.module.css';

interface PendingMessageViewProps {
  pending: PendingRoomMessage;
  isFollowing: boolean;
}

/** A message on its way; one that did not arrive stays, with its text and the choice what to do. */
export function PendingMessageView({ pending, isFollowing }: PendingMessageViewProps): ReactElement {
  const { reader } = useRoomScene();
  const { text, status, attachments } = pending;
  return (
    <MessageFrame
      author={{ id: reader.userId, name: reader.member?.name ?? '' }}
      isFollowing={isFollowing}
      state={status}
    >
      {text !== '' && (
        <div className={classes.text} data-said>
          <MessageText text={text} />
        </div>
      )}
      {attachments.length > 0 && <AttachmentNames attachments={attachments} />}
      {status === 'failed' ? <Failure pending={pending} /> : <Sending />}
    </MessageFrame>
  );
}

function Sending(): ReactElement {
  const { t } = useTranslation();
  return <span className="visually-hidden">{t('rooms.message.sending')}</span>;
}

function Failure({ pending: { clientId, error } }: { pending: PendingRoomMessage }): ReactElement {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const { actions } = useRoomScene();
  const waits = error !== undefined && isTransient(error.code);
  return (
    <div className={classes.failure} data-waits={waits} role="alert">
      {t('rooms.message.notSent')} {waits ? t('rooms.message.waiting') : errorText(error)}
      <span>
        <Button variant="subtle" color="red" size="compact-xs" onClick={() => actions.retry(clientId)}>
          {t('rooms.message.retry')}
        </Button>
        <Button variant="subtle" color="gray" size="compact-xs" onClick={() => actions.discard(clientId)}>
          {t('rooms.message.discard')}
        </Button>
      </span>
    </div>
  );
}
