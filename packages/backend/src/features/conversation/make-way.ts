import type { RunEvent } from '@aura/contract';
import { AppError } from '../../app-error.ts';
import type { CallerContext } from '../../context.ts';
import type { Tx } from '../../db/transaction.ts';
import type { Append } from '../../realtime/append.ts';
import type { Unplaced } from '../../realtime/event.ts';
import { activeRuns } from '../agent/active-runs.ts';
import { stopRuns } from '../agent/stop-runs.ts';
import { type ConversationRow, countSteering } from './conversation-store.ts';

/** So many messages may wait for their turn, or steer one run. */
const MAX_QUEUED = 20;

/** How a new message fits in with what is under way. */
export interface Way {
  /** The run that reads it; null: it gets one of its own. */
  steered: string | null;
  /** Its run does not begin now. */
  isBehind: boolean;
  /** Runs that were stopped for it. */
  stopped: readonly string[];
  events: Unplaced<RunEvent>[];
  notices: Append[];
}

const FREE: Way = { steered: null, isBehind: false, stopped: [], events: [], notices: [] };

/**
 * Applies the conversation's rule for messages that come while the agent works (`whenBusy`) or a person is asked
 * (`whenWaiting`). Throws RUN_ACTIVE or APPROVAL_PENDING when the rule is to refuse them. The caller holds the lock.
 */
export async function makeWay(tx: Tx, ctx: CallerContext, conversation: ConversationRow): Promise<Way> {
  const runs = await activeRuns(tx.db, conversation);
  const [current] = runs;
  if (current === undefined) return FREE;
  const isWaiting = current.status === 'waiting';
  const rule = isWaiting ? conversation.whenWaiting : conversation.whenBusy;
  switch (rule) {
    case 'reject':
      throw isWaiting ? decideFirst() : stillAnswering();
    case 'enqueue':
      if (runs.length > MAX_QUEUED) {
        throw new AppError('RUN_ACTIVE', {
          message: `${MAX_QUEUED} messages wait for their turn already. Wait for an answer or stop the agent.`,
        });
      }
      return { ...FREE, isBehind: true };
    case 'interrupt': {
      const { hints, events, notices } = await stopRuns(tx, ctx, {
        conversationId: conversation.id,
        ...(isWaiting ? { supersededBy: ctx.caller.userId } : {}),
      });
      return { ...FREE, events, notices, stopped: hints.cancel };
    }
    case 'steer':
      if ((await countSteering(tx.db, conversation, current.id)) >= MAX_QUEUED) {
        throw new AppError('RUN_ACTIVE', {
          message: `The agent has ${MAX_QUEUED} messages to read while it works already. Wait for its answer or stop it.`,
        });
      }
      return { ...FREE, steered: current.id, isBehind: true };
  }
}

function stillAnswering(): AppError {
  return new AppError('RUN_ACTIVE', {
    message: 'The agent is still answering. Wait for it or stop it, then send again.',
  });
}

function decideFirst(): AppError {
  return new AppError('APPROVAL_PENDING', {
    message: 'The agent waits for a decision. Decide it or stop the run, then send again.',
  });
}
