import type { RoomMessageView } from '@aura/contract';
import { UnstyledButton } from '@mantine/core';
import { IconMessages } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useNow } from '../app/use-now.ts';
import { formatAgo } from '../i18n/format.ts';
import classes from './room-message.module.css';
import { useRoomPanel } from './use-room-panel.ts';

const MINUTE_MS = 60_000;

/** The way into the thread of a message. */
export function ThreadLink({ message }: { message: RoomMessageView }): ReactElement {
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
      {message.lastReplyAt !== null && (
        <span className={classes.lastReply}>
          {t('rooms.message.lastReply', { when: formatAgo(message.lastReplyAt, i18n.language, now) })}
        </span>
      )}
    </UnstyledButton>
  );
}
