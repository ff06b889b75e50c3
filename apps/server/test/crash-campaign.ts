import { createRandom, freePort } from '@aura/backend/testing';
import { type AuraClient, createAuraClient, newClientId } from '@aura/client';
import type { ConversationFeedEvent } from '@aura/contract';
import { pause } from './chaos/wait.ts';
import { startServerProcess } from '../src/server-process.ts';

export interface CampaignOptions {
  rounds: number;
  seed: number;
  /** What makes the server start on the same data every time: AURA_DATA_DIR, DATABASE_URL, REDIS_URL. */
  env: Record<string, string>;
  log?: (line: string) => void;
}

export interface CampaignResult {
  kills: number;
  acknowledged: number;
  /** Completed by the server that came back, in a later attempt. */
  resumed: number;
  completed: number;
  /** Empty when every promise held. */
  violations: string[];
}

interface Sent {
  conversationId: string;
  messageId: string;
  runId: string;
}

const CONVERSATIONS = 4;
/** A run whose owner died is taken up at once on the embedded database, else once its lease (4 s) has run out. */
const SETTLE_MS = 20_000;

/**
 * Kills the server in mid-stream, again and again, and looks at what is left: every acknowledged message is there, the
 * log has no hole, every run is taken up and completed, and what each answer's pieces join to is its text.
 */
export async function crashCampaign({
  rounds,
  seed,
  env,
  log = () => {},
}: CampaignOptions): Promise<CampaignResult> {
  const random = createRandom(seed);
  const port = String(await freePort());
  const result: CampaignResult = { kills: 0, acknowledged: 0, resumed: 0, completed: 0, violations: [] };
  const sent: Sent[] = [];
  let server = await startServerProcess({ ...env, PORT: port, LOG_LEVEL: 'error' });
  await using client = createAuraClient({ url: server.url });
  await client.register({ email: `crash-${newClientId()}@aura.local`, password: newClientId() });

  for (let round = 1; round <= rounds; round++) {
    const killAfterMs = Math.floor(random() * 600);
    const load = new AbortController();
    const streaming = Promise.withResolvers<void>();
    const sending = Array.from(
      { length: CONVERSATIONS },
      async () => await talk(client, { sent, streaming }, load.signal),
    );
    await streaming.promise;
    await pause(killAfterMs);
    await server.kill();
    load.abort();
    await Promise.allSettled(sending);
    result.kills++;
    server = await startServerProcess({ ...env, PORT: port, LOG_LEVEL: 'error' });
    const fresh = sent.slice(result.acknowledged);
    result.acknowledged = sent.length;
    for (const message of fresh) await inspect(client, message, result);
    log(
      `round ${round}: killed after ${killAfterMs} ms, ${fresh.length} messages acknowledged, ready again in ${server.readyMs} ms`,
    );
  }
  for (const message of sent) await isPresent(client, message, result);
  await server[Symbol.asyncDispose]();
  return result;
}

async function talk(
  client: AuraClient,
  { sent, streaming }: { sent: Sent[]; streaming: PromiseWithResolvers<void> },
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const text = `#delay 3\n#think ${'hm '.repeat(5)}\n#repeat 100 tick`;
    const { conversation, messageId, runId } = await client.conversation.create.mutate(
      { clientId: newClientId(), message: { text } },
      { signal },
    );
    if (messageId === null || runId === null) throw new Error('a first message was not acknowledged');
    sent.push({ conversationId: conversation.id, messageId, runId });
    await untilEnded(client, { runId, onText: () => streaming.resolve() }, signal);
  }
}

async function untilEnded(
  client: AuraClient,
  { runId, onText }: { runId: string; onText: () => void },
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const { state } = await client.agent.get.query({ runId }, { signal });
    if (state.items.some(({ kind }) => kind === 'text')) onText();
    if (state.endedAt !== null) return;
    await pause(50);
  }
}

async function inspect(
  client: AuraClient,
  { conversationId, runId, messageId }: Sent,
  result: CampaignResult,
): Promise<void> {
  const violated = (what: string): void => void result.violations.push(`${conversationId}: ${what}`);
  const events = await eventsUntilDone(client, conversationId).catch((err: unknown) => {
    violated(`run ${runId} did not end within ${SETTLE_MS} ms (${String(err)})`);
    return [];
  });
  if (events.some((event, index) => event.seq !== index + 1)) violated('the log has a hole or a double');
  if (!events.some((event) => event.type === 'message_created' && event.data.message.id === messageId)) {
    violated(`acknowledged message ${messageId} is not in the log`);
  }
  const done = events.flatMap((event) => (event.type === 'done' ? [event.data] : []));
  if (done.length !== 1) violated(`${done.length} ends instead of one`);
  if (done[0]?.status === 'completed') result.completed++;
  else violated(`ended as ${JSON.stringify(done[0])}`);
  const final = events.flatMap((event) => (event.type === 'content' ? [event.data] : [])).at(-1);
  const pieces = events
    .flatMap((event) =>
      event.type === 'content_delta' && event.data.attempt === final?.attempt ? [event.data.delta] : [],
    )
    .join('');
  if (final?.text !== pieces) violated('the pieces of the last attempt do not join to the text');
  if (final !== undefined && final.attempt > 1) result.resumed++;
}

async function eventsUntilDone(client: AuraClient, conversationId: string): Promise<ConversationFeedEvent[]> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(() => reject(new Error('time is up')), SETTLE_MS);
  const events: ConversationFeedEvent[] = [];
  const subscription = client.conversation.events.subscribe(
    { conversationId },
    {
      onData({ data }) {
        events.push(data);
        if (data.type === 'done') resolve();
      },
      onError: reject,
    },
  );
  try {
    await promise;
    return events;
  } finally {
    clearTimeout(timer);
    subscription.unsubscribe();
  }
}

async function isPresent(
  client: AuraClient,
  { conversationId, messageId }: Sent,
  result: CampaignResult,
): Promise<void> {
  const { messages } = await client.conversation.messages.query({ conversationId });
  if (!messages.some(({ id }) => id === messageId)) {
    result.violations.push(`${conversationId}: message ${messageId} is gone`);
  }
}
