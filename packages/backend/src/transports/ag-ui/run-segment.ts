import type { RunEvent } from '@aura/contract';

/**
 * Which part of a run a stream tells of. AG-UI ends its run where ours waits for a person, and answers begin another one;
 * ours is the same all along. So a stream tells of a run from its beginning, or from the wait that its answers are for,
 * to the next wait that they are not for, or to the end. The log alone decides where these are: the same request again
 * gives the same stream.
 *
 * `beforeAnswers`: holds back what comes after the last wait for all the answered, until the first of their decisions
 * says that there is no later one. `telling`: a wait that names one of the answered is none, the run goes on after it.
 */
export type SegmentPart =
  | { kind: 'past'; event: RunEvent }
  | { kind: 'told'; event: RunEvent }
  | { kind: 'wait'; approvalIds: readonly string[] };

export interface RunSegment {
  take(event: RunEvent): SegmentPart[];
}

/** `answered`: the approvals that the request answers; none of them: a run from its beginning. */
export function createRunSegment(answered: ReadonlySet<string>): RunSegment {
  let held: RunEvent[] | null = answered.size === 0 ? null : [];

  const telling = (event: RunEvent): SegmentPart => {
    if (event.type !== 'run_waiting') return { kind: 'told', event };
    const { approvalIds } = event.data;
    const isAnswered = approvalIds.some((id) => answered.has(id));
    return isAnswered ? { kind: 'past', event } : { kind: 'wait', approvalIds };
  };

  return {
    take(event) {
      if (held === null) return [telling(event)];
      if (event.type === 'run_waiting' && isFor(event.data.approvalIds, answered)) {
        const past = held.map((each): SegmentPart => ({ kind: 'past', event: each }));
        held = [];
        return past;
      }
      held.push(event);
      const isDecision = event.type === 'hitl_resolved' && answered.has(event.data.approvalId);
      if (!isDecision && event.type !== 'done') return [];
      const now = held.map(telling);
      held = null;
      return now;
    },
  };
}

const isFor = (approvalIds: readonly string[], answered: ReadonlySet<string>): boolean =>
  [...answered].every((id) => approvalIds.includes(id));
