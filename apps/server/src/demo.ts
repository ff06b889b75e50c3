import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AuraClient, createAuraClient, newClientId } from '@aura/client';
import type { ApprovalView, ConversationFeedEvent } from '@aura/contract';
import { askInTerminal } from './demo/ask-in-terminal.ts';
import { mark, print, say } from './demo/print.ts';
import { startMailbox } from './demo/mailbox.ts';
import { freePort } from './free-port.ts';
import { type ServerProcess, startServerProcess } from './server-process.ts';

const DEADLINE_MS = 90_000;
/** As shells have it after Ctrl-C. */
const STOPPED = 130;

const question = (mailbox: string): string =>
  [
    '#think The user wants to see everything at work. I plan, send a note (for which I have to ask), then count.',
    '#plan Send the note | Count to 150',
    `#tool http_send ${JSON.stringify({ method: 'POST', url: mailbox, text: 'Hello from the demo' })}`,
    '#delay 25',
    '#repeat 150 tick',
  ].join('\n');

/**
 * `npm run demo`: a server of its own on a temporary folder and a client that asks for something a person has to approve.
 * The server is killed (SIGKILL) while the approval waits, and again while the answer streams. Resolves with 0 when
 * nothing was lost or doubled and the approved call was made exactly once. Ctrl-C leaves nothing behind either.
 */
export async function demo(): Promise<number> {
  const stopping = new AbortController();
  // Once: a second signal ends the process as usual.
  for (const name of ['SIGINT', 'SIGTERM']) process.once(name, () => stopping.abort());
  try {
    return await show(stopping.signal);
  } catch (err) {
    if (!stopping.signal.aborted) throw err;
    say('\nStopped. Its server and its folder are gone.');
    return STOPPED;
  }
}

async function show(signal: AbortSignal): Promise<number> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'aura-demo-'));
  stack.defer(async () => await rm(folder, { recursive: true, force: true }));
  const mailbox = stack.use(await startMailbox());
  const env = {
    AURA_DATA_DIR: folder,
    LOG_LEVEL: 'fatal',
    PORT: String(await freePort()),
    AURA_TOOL_HTTP_ALLOW: mailbox.host,
  };
  say(`Starting a server on ${folder} (no key, no account, no Docker) …`);
  let server: Promise<ServerProcess> = startServerProcess(env, { signal });
  // The one that is starting, too: it writes into the folder that goes next.
  stack.defer(async () => await (await server.catch(() => null))?.[Symbol.asyncDispose]());
  const { url, readyMs } = await server;
  say(`Ready at ${url} after ${seconds(readyMs)}.\n`);
  const killAndRestart = async (): Promise<void> => {
    await (await server).kill();
    server = startServerProcess(env, { signal });
    say(`      ↻  back after ${seconds((await server).readyMs)}, on what the killed one had written\n`);
  };
  const client = stack.use(createAuraClient({ url }));
  const seen = await Promise.race([
    converse(client, { question: question(mailbox.url), killAndRestart, signal }),
    rejectOnAbort(signal),
  ]);
  return await verify(client, seen, mailbox.received);
}

async function rejectOnAbort(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  signal.addEventListener('abort', () => reject(new Error('stopped')), { once: true });
  return await promise;
}

interface Seen {
  conversationId: string;
  runId: string;
  events: ConversationFeedEvent[];
}

async function converse(
  client: AuraClient,
  {
    question: text,
    killAndRestart,
    signal,
  }: { question: string; killAndRestart: () => Promise<void>; signal: AbortSignal },
): Promise<Seen> {
  await client.register({ email: 'demo@aura.local', password: `demo-${newClientId()}` });
  say('Signed in as demo@aura.local. Asking for something that needs an approval:\n');
  const { conversation } = await client.conversation.create.mutate({ clientId: newClientId() });
  const conversationId = conversation.id;
  const events: ConversationFeedEvent[] = [];
  const asked = Promise.withResolvers<ApprovalView>();
  const streaming = Promise.withResolvers<void>();
  const done = Promise.withResolvers<void>();
  const timer = setTimeout(
    () => done.reject(new Error(`not done within ${DEADLINE_MS / 1_000} s`)),
    DEADLINE_MS,
  );
  const subscription = client.conversation.events.subscribe(
    { conversationId },
    {
      onData({ data: event }) {
        events.push(event);
        print(event);
        if (event.type === 'hitl') asked.resolve(event.data.approval);
        if (events.filter(({ type }) => type === 'content_delta').length === 5) streaming.resolve();
        if (event.type === 'done') done.resolve();
      },
      onError: done.reject,
    },
  );
  try {
    const { runId } = await client.conversation.send.mutate({
      conversationId,
      clientId: newClientId(),
      text,
    });
    await Promise.race([asked.promise, done.promise]);
    say('\n      ✂  kill -9 while the approval waits …');
    await killAndRestart();
    await decide(client, signal);
    await Promise.race([streaming.promise, done.promise]);
    say('\n      ✂  kill -9 while the answer streams …');
    await killAndRestart();
    await done.promise;
    return { conversationId, runId, events };
  } finally {
    clearTimeout(timer);
    subscription.unsubscribe();
  }
}

async function decide(client: AuraClient, signal: AbortSignal): Promise<void> {
  const { approvals } = await client.hitl.list.query({});
  const [approval] = approvals;
  if (approval === undefined) throw new Error('the approval did not survive');
  say(`The agent asks: ${approval.title} with ${JSON.stringify(approval.args)}`);
  const { id: approvalId, argsHash } = approval;
  if (await askInTerminal('Approve it? [Y/n] ', signal)) {
    await client.hitl.approve.mutate({ approvalId, argsHash });
    return;
  }
  await client.hitl.reject.mutate({ approvalId, argsHash, reason: 'The person at the terminal said no.' });
}

async function verify(
  client: AuraClient,
  { conversationId, runId, events }: Seen,
  received: readonly string[],
): Promise<number> {
  const { state } = await client.conversation.get.query({ conversationId });
  const answer = state.messages.at(-1);
  const pieces = events.flatMap((event) =>
    event.type === 'content_delta' && event.data.messageId === answer?.id ? [event.data] : [],
  );
  const winner = Math.max(...pieces.map(({ attempt }) => attempt));
  const streamed = pieces
    .filter(({ attempt }) => attempt === winner)
    .map(({ delta }) => delta)
    .join('');
  const { approvals } = await client.hitl.list.query({ scope: 'involved' });
  const isApproved = approvals[0]?.status === 'approved';
  const checks: [boolean, string][] = [
    [
      events.every(({ seq }, index) => seq === index + 1),
      `${events.length} events, numbered 1 to ${events.at(-1)?.seq} without a gap or a double, over two kills`,
    ],
    [
      received.length === (isApproved ? 1 : 0),
      `the call was ${approvals[0]?.status} and was made ${timesOf(received.length)}`,
    ],
    [
      streamed === answer?.text && streamed.endsWith('tick 150'),
      `the pieces of attempt ${winner} join to the stored answer (${answer?.text.length} characters)`,
    ],
    [state.runs[runId]?.status === 'completed', `the run is ${state.runs[runId]?.status}`],
  ];
  say('');
  for (const [isRight, what] of checks) say(`${mark(isRight)} ${what}`);
  return checks.every(([isRight]) => isRight) ? 0 : 1;
}

const timesOf = (count: number): string =>
  count === 0 ? 'never' : count === 1 ? 'exactly once' : `${count} times`;
const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
