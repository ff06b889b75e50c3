import type { AuraClient } from '@aura/client';
import type { ApprovalView, ConversationFeedEvent } from '@aura/contract';
import type { History } from './history.ts';

/** One subscriber of one conversation, who writes down whatever comes, over however many connections. */
export interface Watch extends Disposable {
  readonly conversationId: string;
  readonly lastSeq: number;
  /** No run that it knows of is still going on; and it knows of all of these. */
  hasSeenEndOf(runIds: readonly string[]): boolean;
}

let watchers = 0;

export function watch(
  { client, history }: { client: AuraClient; history: History },
  conversationId: string,
  onAsked: (approval: ApprovalView) => void,
): Watch {
  const watcher = `w${++watchers}`;
  const begun = new Set<string>();
  const ended = new Set<string>();
  let lastSeq = 0;
  const take = (event: ConversationFeedEvent): void => {
    const { seq, type } = event;
    history.add({ kind: 'event', watcher, conversationId, seq, type });
    lastSeq = seq;
    if (type === 'run_created') begun.add(event.data.run.id);
    if (type === 'done' && event.runId !== null) ended.add(event.runId);
    if (type === 'hitl' && event.data.approval.status === 'pending') onAsked(event.data.approval);
  };
  const subscription = client.conversation.events.subscribe(
    { conversationId },
    {
      onData: ({ data }) => take(data),
      // A subscription that gives up would look like one that has nothing to hear: -1 is a hole to the checker.
      onError: (err) =>
        history.add({ kind: 'event', watcher, conversationId, seq: -1, type: `error: ${err.message}` }),
    },
  );
  return {
    conversationId,
    get lastSeq() {
      return lastSeq;
    },
    hasSeenEndOf: (runIds) =>
      runIds.every((runId) => ended.has(runId)) && [...begun].every((runId) => ended.has(runId)),
    [Symbol.dispose]: () => subscription.unsubscribe(),
  };
}
