import type { RunState } from '@aura/contract';
import type { ReactElement } from 'react';
import { RunView } from '../conversation/run-view.tsx';
import { formatInstant, formatTime } from '../i18n/format.ts';
import { useTranslation } from 'react-i18next';
import { MessageFrame } from './message-frame.tsx';
import { useRoomScene } from './room-context.ts';
import classes from './room-message.module.css';
import { useAttempt } from './use-attempt.ts';

const NO_STEERING: [] = [];

/** What the agent does for the room: its steps, what it asks, what it says. */
export function RoomRun({ run }: { run: RunState }): ReactElement {
  const { i18n } = useTranslation();
  const { actions } = useRoomScene();
  const attempt = useAttempt();
  return (
    <MessageFrame
      author={{ id: null, name: '' }}
      isFollowing={false}
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
    </MessageFrame>
  );
}
