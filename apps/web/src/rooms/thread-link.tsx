import type { RoomMessageView } from '@aura/contract';
import { UnstyledButton } from '@mantine/core';
import { IconMessages } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useNow } from '../app/use-now.ts';
import { formatAgo } from '../i18n/format.ts';
import classes from './room-message.module.css';
import type { ThreadActivity } from './thread-activity.ts';
import { useRoomPanel } from './use-room-panel.ts';

const MINUTE_MS = 60_000;

interface ThreadLinkProps {
  message: RoomMessageView;
  activity: ThreadActivity | null;
}

/** The way into the thread of a message, with what goes on there. */
export function ThreadLink({ message, activity }: ThreadLinkProps): ReactElement {
  const { t, i18n } = useTranslation();
  const { open } = useRoomPanel();
  const now = useNow(MINUTE_MS);
  return (
    <UnstyledButton
      className={classes.thread}
      onClick={() => open({ kind: 'thread', messageId: message.id })}
    >
      <IconMessages size={15} aria-hidden />
      {t('rooms.message.replies', { count: message.replyCount })}
      {activity !== null && (
        <span className={classes.activity} data-activity={activity}>
          · {t(`rooms.message.activity.${activity}`)}
        </span>
      )}
      {message.lastReplyAt !== null && (
        <span className={classes.lastReply}>
          {t('rooms.message.lastReply', { when: formatAgo(message.lastReplyAt, i18n.language, now) })}
        </span>
      )}
    </UnstyledButton>
  );
}
