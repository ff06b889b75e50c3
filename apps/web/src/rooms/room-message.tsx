import type { RoomMessageView } from '@aura/contract';
import { memo, type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatInstant, formatTime } from '../i18n/format.ts';
import { AttachmentList } from './attachment-list.tsx';
import { MessageActions } from './message-actions.tsx';
import { MessageEditForm } from './message-edit-form.tsx';
import { MessageFrame } from './message-frame.tsx';
import { MessageText } from './message-text.tsx';
import { PinnedMark } from './pinned-mark.tsx';
import { ReactionBar } from './reaction-bar.tsx';
import { useRoomScene } from './room-context.ts';
import classes from './room-message.module.css';
import type { ThreadActivity } from './thread-activity.ts';
import { ThreadLink } from './thread-link.tsx';

interface RoomMessageProps {
  message: RoomMessageView;
  isFollowing: boolean;
  isHighlighted?: boolean;
  /** In a thread a message does not lead to its thread. */
  place: 'room' | 'thread';
  /** What goes on in its thread. */
  activity?: ThreadActivity | null;
}

/** Something that was said, with what became of it and what can be done with it. */
export const RoomMessage = memo(function RoomMessage(props: RoomMessageProps): ReactElement {
  const { message, isFollowing, isHighlighted = false, place, activity = null } = props;
  const { i18n } = useTranslation();
  const { pins } = useRoomScene();
  const [isEditing, setIsEditing] = useState(false);
  const isPinned = pins.has(message.id);
  return (
    <MessageFrame
      author={{ id: message.authorId, name: message.authorName }}
      isFollowing={isFollowing && !isPinned}
      isHighlighted={isHighlighted}
      time={
        <time dateTime={message.createdAt} title={formatInstant(message.createdAt, i18n.language)}>
          {formatTime(message.createdAt, i18n.language)}
        </time>
      }
      mark={isPinned && <PinnedMark />}
      actions={
        !isEditing &&
        message.deletedAt === null && (
          <MessageActions message={message} place={place} onEdit={() => setIsEditing(true)} />
        )
      }
    >
      {isEditing ? (
        <MessageEditForm message={message} onDone={() => setIsEditing(false)} />
      ) : (
        <Body message={message} />
      )}
      <ReactionBar message={message} />
      {place === 'room' && message.replyCount > 0 && <ThreadLink message={message} activity={activity} />}
    </MessageFrame>
  );
});

function Body({ message }: { message: RoomMessageView }): ReactElement {
  const { t, i18n } = useTranslation();
  if (message.deletedAt !== null) {
    return <p className={classes.deleted}>{t('rooms.message.deleted')}</p>;
  }
  return (
    <>
      {message.text !== '' && (
        <div className={classes.text} data-said>
          <MessageText text={message.text} />
          {message.editedAt !== null && (
            <span className={classes.edited} title={formatInstant(message.editedAt, i18n.language)}>
              {t('rooms.message.edited')}
            </span>
          )}
        </div>
      )}
      {!message.isComplete && <p className={classes.deleted}>{t('rooms.message.brokenOff')}</p>}
      {message.attachments.length > 0 && <AttachmentList attachments={message.attachments} />}
    </>
  );
}
