import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AuraClient, createAuraClient, newClientId } from '@aura/client';
import type { ConversationFeedEvent } from '@aura/contract';
import { startServerProcess } from './server-process.ts';

const QUESTION = [
  '#think The user wants to see everything at work. I plan first, then look at the clock, then count.',
  '#plan Read the clock | Count to sixty | Say goodbye',
  '#tool clock_now {"timeZone":"Asia/Seoul"}',
  '#delay 25',
  '#repeat 60 tick',
].join('\n');
const DEADLINE_MS = 60_000;

/**
 * `npm run demo`: a server of its own on a temporary folder, a client that signs up, asks, watches the agent work,
 * loses its connection in the middle of the answer, and resumes. Resolves with 0 when nothing was lost or doubled.
 */
export async function demo(): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'aura-demo-'));
  try {
    say(`Starting a server on ${folder} (no key, no account, no Docker) …`);
    await using server = await startServerProcess({ AURA_DATA_DIR: folder, LOG_LEVEL: 'warn' });
    say(`Ready at ${server.url} after ${(server.readyMs / 1_000).toFixed(1)} s.\n`);
    const sockets: WebSocket[] = [];
    await using client = createAuraClient({ url: server.url, WebSocket: recording(sockets) });
    return await converse(client, () => sockets.at(-1)?.close());
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function converse(client: AuraClient, cutConnection: () => void): Promise<number> {
  await client.register({ email: 'demo@aura.local', password: `demo-${newClientId()}` });
  say('Signed in as demo@aura.local. Asking something that plans and calls a tool:\n');
  const { conversation } = await client.conversation.create.mutate({ clientId: newClientId() });
  const conversationId = conversation.id;
  const { runId } = await client.conversation.send.mutate({
    conversationId,
    clientId: newClientId(),
    text: QUESTION,
  });
  const seen: ConversationFeedEvent[] = [];
  await followUntilDone(client, conversationId, (event) => {
    seen.push(event);
    print(event);
    if (seen.filter(({ type }) => type === 'content_delta').length === 5 && event.type === 'content_delta') {
      say('\n      ✂  the connection is cut here; the client reconnects and resumes at its cursor …\n');
      cutConnection();
    }
  });
  return await verify(client, { conversationId, runId, seen });
}

async function followUntilDone(
  client: AuraClient,
  conversationId: string,
  onEvent: (event: ConversationFeedEvent) => void,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(
    () => reject(new Error(`nothing more within ${DEADLINE_MS / 1_000} s`)),
    DEADLINE_MS,
  );
  const subscription = client.conversation.events.subscribe(
    { conversationId },
    {
      onData({ data }) {
        onEvent(data);
        if (data.type === 'done') resolve();
      },
      onError: reject,
    },
  );
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    subscription.unsubscribe();
  }
}

async function verify(
  client: AuraClient,
  { conversationId, runId, seen }: { conversationId: string; runId: string; seen: ConversationFeedEvent[] },
): Promise<number> {
  const { state } = await client.conversation.get.query({ conversationId });
  const answer = state.messages.at(-1)?.text ?? '';
  const streamed = seen
    .flatMap((event) => (event.type === 'content_delta' ? [event.data.delta] : []))
    .join('');
  const isDense = seen.every((event, index) => event.seq === index + 1);
  const isEqual = streamed === answer && answer.endsWith('tick 60');
  say(
    `\n${mark(isDense)} ${seen.length} events, numbered 1 to ${seen.at(-1)?.seq} without a gap or a double`,
  );
  say(
    `${mark(isEqual)} the pieces that came over both connections join to the stored answer (${answer.length} characters)`,
  );
  say(`${mark(state.runs[runId]?.status === 'completed')} the run is ${state.runs[runId]?.status}`);
  return isDense && isEqual && state.runs[runId]?.status === 'completed' ? 0 : 1;
}

function print(event: ConversationFeedEvent): void {
  const detail = JSON.stringify(event.data);
  say(
    `${String(event.seq).padStart(5)}  ${event.type.padEnd(22)} ${detail.length > 110 ? `${detail.slice(0, 110)}…` : detail}`,
  );
}

/** The platform's WebSocket, with every connection noted so that the demonstration can cut it. */
function recording(sockets: WebSocket[]): typeof WebSocket {
  return class extends WebSocket {
    constructor(...args: ConstructorParameters<typeof WebSocket>) {
      super(...args);
      sockets.push(this);
    }
  };
}

const say = (line: string): void => console.log(line);
const mark = (isRight: boolean): string => (isRight ? '✔' : '✘');
