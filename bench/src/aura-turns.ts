import { type AuraClient, newClientId } from '@aura/client';
import type { ConversationEvent, RunEvent } from '@aura/contract';
import type { Turn, TurnTimes } from './turn.ts';

const TURN_TIMEOUT_MS = 60_000;

/** Turns in a conversation that is open, as in the app: its events are followed before the message is sent. */
export async function openConversationTurns(
  clients: readonly AuraClient[],
  count: number,
  text: string,
): Promise<Turn[]> {
  return await prepareAll(clients, count, async (client, conversationId) => {
    const times = watchTimes();
    const opened = Promise.withResolvers<void>();
    const subscription = client.conversation.events.subscribe(
      { conversationId },
      {
        onStarted: () => opened.resolve(),
        onData: ({ data }) => times.see(data),
        onError(err) {
          opened.reject(err);
          times.fail(err);
        },
      },
    );
    await opened.promise;
    return async () => {
      times.start();
      await client.conversation.send.mutate({ conversationId, clientId: newClientId(), text });
      return await times.finished.finally(() => subscription.unsubscribe());
    };
  });
}

/** Turns of a script: sends the message, then opens a stream of the run that the answer names. */
export async function newStreamTurns(
  clients: readonly AuraClient[],
  count: number,
  text: string,
): Promise<Turn[]> {
  return await prepareAll(clients, count, async (client, conversationId) => async () => {
    const times = watchTimes();
    times.start();
    const { runId } = await client.conversation.send.mutate({
      conversationId,
      clientId: newClientId(),
      text,
    });
    const subscription = client.agent.events.subscribe(
      { runId },
      { onData: ({ data }) => times.see(data), onError: (err) => times.fail(err) },
    );
    return await times.finished.finally(() => subscription.unsubscribe());
  });
}

async function prepareAll(
  clients: readonly AuraClient[],
  count: number,
  prepareOne: (client: AuraClient, conversationId: string) => Promise<Turn>,
): Promise<Turn[]> {
  const turns: Turn[] = Array.from({ length: count });
  await Promise.all(
    clients.map(async (client, offset) => {
      for (let index = offset; index < count; index += clients.length) {
        const { conversation } = await client.conversation.create.mutate({ clientId: newClientId() });
        turns[index] = await prepareOne(client, conversation.id);
      }
    }),
  );
  return turns;
}

type Seen = ConversationEvent | RunEvent | { type: 'reset' };

interface Watch {
  /** Starts the clock; what was seen before (how the conversation was made) does not count. */
  start(): void;
  see(event: Seen): void;
  fail(err: unknown): void;
  finished: Promise<TurnTimes>;
}

function watchTimes(): Watch {
  const { promise, resolve, reject } = Promise.withResolvers<TurnTimes>();
  const times: TurnTimes = { firstMs: 0, startedMs: 0, answerMs: 0, finishedMs: 0 };
  let startedAt: number | null = null;
  let timer: NodeJS.Timeout | undefined;
  // Somebody else hears of it: the turn, once it is waited for.
  promise.catch(() => {}).finally(() => clearTimeout(timer));
  return {
    finished: promise,
    fail: reject,
    start() {
      startedAt = performance.now();
      timer = setTimeout(() => reject(new Error('a turn took longer than a minute')), TURN_TIMEOUT_MS);
    },
    see(event) {
      if (startedAt === null) return;
      const passedMs = performance.now() - startedAt;
      times.firstMs ||= passedMs;
      if (event.type === 'run_started') times.startedMs = passedMs;
      if (event.type === 'content') times.answerMs = passedMs;
      if (event.type !== 'done') return;
      times.finishedMs = passedMs;
      if (event.data.status === 'completed') resolve(times);
      else reject(new Error(`a turn ended as ${JSON.stringify(event.data)}`));
    },
  };
}
