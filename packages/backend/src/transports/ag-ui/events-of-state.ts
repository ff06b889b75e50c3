import type { RunEvent, RunItem, RunState } from '@aura/contract';

/** What a run has said by now, as events: for a log of which the beginning is kept no more. */
export function eventsOfState(state: RunState): RunEvent[] {
  const common = { seq: 0, at: state.createdAt, runId: state.id };
  const events = state.items.flatMap((item) => eventsOfItem(item, common));
  const asked = state.items.flatMap((item) =>
    item.kind === 'approval' && item.approval.status === 'pending' ? [item.approval.id] : [],
  );
  switch (state.status) {
    case 'queued':
    case 'running':
      return events;
    case 'waiting':
      return [...events, { ...common, type: 'run_waiting', data: { approvalIds: asked } }];
    case 'completed':
    case 'failed':
    case 'cancelled': {
      const { status, error, usage } = state;
      const data = { status, error, usage: usage ?? { inputTokens: 0, outputTokens: 0 } };
      return [...events, { ...common, type: 'done', data }];
    }
  }
}

function eventsOfItem(item: RunItem, common: Pick<RunEvent, 'seq' | 'at' | 'runId'>): RunEvent[] {
  switch (item.kind) {
    case 'thought': {
      const { stepId, attempt, text } = item;
      return [{ ...common, type: 'thought', data: { stepId, attempt, offset: 0, text } }];
    }
    case 'plan':
      return item.steps.flatMap(({ status, note, ...step }): RunEvent[] => [
        { ...common, type: 'plan_step', data: { ...step, status: 'pending' } },
        {
          ...common,
          type: 'plan_step_update',
          data: { stepId: step.stepId, status, ...(note !== undefined && { note }) },
        },
      ]);
    case 'tool': {
      const { kind: _, ...data } = item;
      return [{ ...common, type: 'tool_execution', data }];
    }
    case 'approval':
      return [{ ...common, type: 'hitl', data: { approval: item.approval } }];
    case 'text': {
      const { messageId, attempt, text, isFinal } = item;
      return isFinal
        ? [{ ...common, type: 'content', data: { messageId, attempt, text, usage: null, isComplete: true } }]
        : [{ ...common, type: 'content_delta', data: { messageId, attempt, offset: 0, delta: text } }];
    }
  }
}
