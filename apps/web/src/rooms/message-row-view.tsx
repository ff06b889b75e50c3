import { memo, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDay } from '../i18n/format.ts';
import type { MessageRow } from './message-rows.ts';
import { PendingMessageView } from './pending-message-view.tsx';
import { useRoomScene } from './room-context.ts';
import { RoomMessage } from './room-message.tsx';
import classes from './room-messages.module.css';
import { RoomRun } from './room-run.tsx';

interface MessageRowViewProps {
  row: MessageRow;
  /** It was jumped to. */
  isHighlighted: boolean;
  place: 'room' | 'thread';
}

export const MessageRowView = memo(function MessageRowView(props: MessageRowViewProps): ReactElement {
  const { row, isHighlighted, place } = props;
  const { t, i18n } = useTranslation();
  const { room } = useRoomScene();
  switch (row.kind) {
    case 'beginning':
      return <p className={classes.beginning}>{t('rooms.list.beginning', { name: room.name })}</p>;
    case 'day':
      return (
        <h2 className={classes.day}>
          <span>{formatDay(row.at, i18n.language)}</span>
        </h2>
      );
    case 'new':
      return (
        <h2 className={classes.new}>
          <span>{t('rooms.list.new')}</span>
        </h2>
      );
    case 'message':
      return (
        <RoomMessage
          message={row.message}
          isFollowing={row.isFollowing}
          isHighlighted={isHighlighted}
          place={place}
          activity={row.activity}
        />
      );
    case 'run':
      return (
        <RoomRun
          run={row.run}
          answer={row.answer}
          askerId={row.askerId}
          isBehind={row.isBehind}
          activity={row.activity}
          isHighlighted={isHighlighted}
          place={place}
        />
      );
    case 'pending':
      return <PendingMessageView pending={row.pending} isFollowing={row.isFollowing} />;
  }
});
