import type { Random } from '@aura/backend/testing';
import { type AuraClient, newClientId, toAuraError } from '@aura/client';
import type { ApprovalView } from '@aura/contract';
import type { History } from './history.ts';
import type { Person } from './people.ts';
import { nextScript } from './scripts.ts';
import { pause, until } from './wait.ts';
import { type Watch, watch } from './watch.ts';

export interface ConverseOptions {
  history: History;
  random: Random;
  urlOf(effect: string): string;
  onAsked(approval: ApprovalView): void;
  /** Stops beginning new conversations; those under way are left as they are. */
  signal: AbortSignal;
  /** Takes the subscribers of conversations that had not come to rest when it stopped. */
  open: Watch[];
}

const MAX_CONVERSATION_MS = 30_000;

/** One user who goes from conversation to conversation, and does not wait for answers before writing on. */
export async function converse(person: Person, options: ConverseOptions): Promise<void> {
  const { signal } = options;
  while (!signal.aborted) {
    try {
      await oneConversation(person, options);
    } catch (err) {
      // No node answered for long enough; what that call may have left is the checker's to find.
      if (signal.aborted) return;
      const { code, message } = toAuraError(err);
      options.history.add({
        kind: 'send',
        conversationId: '',
        clientId: '',
        outcome: 'unknown',
        messageId: null,
        code: `${code}: ${message}`,
      });
      await pause(500, signal);
    }
  }
}

async function oneConversation(person: Person, options: ConverseOptions): Promise<void> {
  const { history, random, urlOf, onAsked, signal, open } = options;
  const [one, two] = random.shuffle(person.clients);
  if (one === undefined || two === undefined) throw new Error('too few clients');
  const { conversation } = await one.conversation.create.mutate({
    clientId: newClientId(),
    whenBusy: random.pick(['enqueue', 'interrupt', 'steer'] as const),
    whenWaiting: random.pick(['enqueue', 'enqueue', 'interrupt'] as const),
  });
  const conversationId = conversation.id;
  const watches = [one, two].map((client) => watch({ client, history }, conversationId, onAsked));
  const runIds: string[] = [];
  for (let message = random.int(1, 4); message > 0 && !signal.aborted; message--) {
    const text = nextScript(random, urlOf);
    runIds.push(...(await say({ conversationId, text, history }, random.shuffle([one, two]), random)));
    await pause(random.pick([0, 100, 600, 2_000]), signal);
  }
  const isSeen = (): boolean => watches.every((each) => each.hasSeenEndOf(runIds));
  const isAtRest = await until(isSeen, { withinMs: MAX_CONVERSATION_MS, signal });
  if (!isAtRest) open.push(...watches);
  else for (const each of watches) each[Symbol.dispose]();
}

/** Sends a message, now and then twice at once over two nodes; answers the runs that were said to answer it. */
async function say(
  { conversationId, text, history }: { conversationId: string; text: string; history: History },
  [first, second]: readonly AuraClient[],
  random: Random,
): Promise<string[]> {
  const clientId = newClientId();
  const send = async (client: AuraClient): Promise<string[]> => {
    const entry = { kind: 'send', conversationId, clientId } as const;
    try {
      const { messageId, runId } = await client.conversation.send.mutate({ conversationId, text, clientId });
      history.add({ ...entry, outcome: 'ok', messageId, code: null });
      return [runId];
    } catch (err) {
      const { code, message } = toAuraError(err);
      const isUnknown = ['NETWORK', 'UNKNOWN_OUTCOME', 'UNAVAILABLE', 'TIMEOUT'].includes(code);
      const outcome = isUnknown ? 'unknown' : 'refused';
      history.add({ ...entry, outcome, messageId: null, code: `${code}: ${message}` });
      return [];
    }
  };
  const senders = [first, ...(random() < 0.2 ? [second] : [])];
  const answers = await Promise.all(
    senders.map(async (client) => (client === undefined ? [] : await send(client))),
  );
  return answers.flat();
}
