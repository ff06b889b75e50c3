import type { RoomMessageView, RunState } from '@aura/contract';
import { memo, type ReactElement } from 'react';
import { RunView } from '../conversation/run-view.tsx';
import { formatInstant, formatTime } from '../i18n/format.ts';
import { useTranslation } from 'react-i18next';
import { MessageActions } from './message-actions.tsx';
import { MessageFrame } from './message-frame.tsx';
import { PinnedMark } from './pinned-mark.tsx';
import { ReactionBar } from './reaction-bar.tsx';
import { useRoomScene } from './room-context.ts';
import classes from './room-message.module.css';
import type { ThreadActivity } from './thread-activity.ts';
import { ThreadLink } from './thread-link.tsx';
import { useAttempt } from './use-attempt.ts';

const NO_STEERING: [] = [];

interface RoomRunProps {
  run: RunState;
  /** The message that it ended with. */
  answer: RoomMessageView | null;
  isHighlighted: boolean;
  place: 'room' | 'thread';
  /** What goes on in the answer's thread. */
  activity: ThreadActivity | null;
}

/** What the agent does for the room, or in a thread: its steps, what it asks, what it says. */
export const RoomRun = memo(function RoomRun(props: RoomRunProps): ReactElement {
  const { run, answer, isHighlighted, place, activity } = props;
  const { t, i18n } = useTranslation();
  const { actions, pins } = useRoomScene();
  const attempt = useAttempt();
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
          isBehind={false}
          onTryAgain={null}
          onStop={(runId) => void attempt(() => actions.stop(runId))}
        />
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
