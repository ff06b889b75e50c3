import type { RoomMessageView } from '@aura/contract';
import { Button } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigation } from '../app/navigation-context.ts';
import { RoomMessage } from './room-message.tsx';
import classes from './side-panel.module.css';
import { useRoomPanel } from './use-room-panel.ts';

/** Messages from anywhere in the room, each with the way to where it stands. */
export function FoundMessages({ messages }: { messages: readonly RoomMessageView[] }): ReactElement {
  return (
    <ul className={classes.pins}>
      {messages.map((message) => (
        <li key={message.id} className={classes.pin}>
          <RoomMessage message={message} isFollowing={false} place="thread" />
          <WhereItStands message={message} />
        </li>
      ))}
    </ul>
  );
}

/** Leads to the message, or to its place in the thread that it is a reply in. */
function WhereItStands({ message: { seq, threadOf } }: { message: RoomMessageView }): ReactElement {
  const { t } = useTranslation();
  const { isNarrow } = useNavigation();
  const { open, jumpTo } = useRoomPanel();
  const show = () => {
    if (threadOf === null) jumpTo(seq, { panel: isNarrow ? 'closes' : 'stays' });
    else open({ kind: 'thread', messageId: threadOf, replySeq: seq });
  };
  return (
    <Button variant="subtle" size="compact-xs" onClick={show}>
      {t(threadOf === null ? 'rooms.pins.jump' : 'rooms.search.toThread')}
    </Button>
  );
}
