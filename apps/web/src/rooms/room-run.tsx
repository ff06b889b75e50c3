import { Button } from '@mantine/core';
import { IconPlayerStop } from '@tabler/icons-react';
import { memo, type ReactElement } from 'react';
import { isActive } from '../conversation/run-phase.ts';
import { RunView } from '../conversation/run-view.tsx';
import { formatInstant, formatTime } from '../i18n/format.ts';
import { useTranslation } from 'react-i18next';
import { MessageActions } from './message-actions.tsx';
import { MessageFrame } from './message-frame.tsx';
import type { RunRow } from './message-rows.ts';
import { PinnedMark } from './pinned-mark.tsx';
import { ReactionBar } from './reaction-bar.tsx';
import { useRoomScene } from './room-context.ts';
import classes from './room-message.module.css';
import { mayModerate } from './room-rights.ts';
import { ThreadLink } from './thread-link.tsx';
import { useAttempt } from './use-attempt.ts';

const NO_STEERING: [] = [];

interface RoomRunProps extends Omit<RunRow, 'kind' | 'key'> {
  isHighlighted: boolean;
  place: 'room' | 'thread';
}

/** What the agent does for the room, or in a thread: its steps, what it asks, what it says. */
export const RoomRun = memo(function RoomRun(props: RoomRunProps): ReactElement {
  const { run, answer, askerId, isBehind, activity, isHighlighted, place } = props;
  const { t, i18n } = useTranslation();
  const { actions, pins, reader } = useRoomScene();
  const attempt = useAttempt();
  const mayStop = askerId === reader.userId || mayModerate(reader);
  const stop = () => void attempt(() => actions.stop(run.id));
  return (
    <MessageFrame
      author={{ id: null, name: '' }}
      isFollowing={false}
      isHighlighted={isHighlighted}
      mark={answer !== null && pins.has(answer.id) && <PinnedMark />}
      actions={answer?.deletedAt === null && <MessageActions message={answer} place={place} />}
      time={
        <time dateTime={run.createdAt} title={formatInstant(run.createdAt, i18n.language)}>
          {formatTime(run.createdAt, i18n.language)}
        </time>
      }
    >
      <div className={classes.run}>
        <RunView
          run={run}
          steering={NO_STEERING}
          place="room"
          isNewest={false}
          isBehind={isBehind}
          onTryAgain={null}
          onStop={mayStop ? stop : null}
        />
        {mayStop && isActive(run) && !isBehind && (
          <Button
            className={classes.stop}
            variant="subtle"
            color="gray"
            size="compact-sm"
            leftSection={<IconPlayerStop size={15} />}
            onClick={stop}
          >
            {t('conversation.stop')}
          </Button>
        )}
      </div>
      {answer !== null && answer.deletedAt !== null && (
        <p className={classes.deleted}>{t('rooms.message.deleted')}</p>
      )}
      {answer !== null && <ReactionBar message={answer} />}
      {place === 'room' && answer !== null && answer.replyCount > 0 && (
        <ThreadLink message={answer} activity={activity} />
      )}
    </MessageFrame>
  );
});
