import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import {
  call,
  createRandom,
  malformedFrame,
  RawClient,
  type Random,
  sendMalformed,
  wellFormedFrame,
} from '@aura/backend/testing';
import { type Cursor, parseCursor } from '@aura/contract';
import { z } from 'zod';
import { startServerProcess, type ServerProcess } from '../../src/server-process.ts';
import { query, signUp, talk } from './good-client.ts';
import { malformedRequest } from './malformed-bodies.ts';
import { oddCursor } from './malformed-cursors.ts';
import { type Health, readHealth } from './read-health.ts';

export interface FuzzOptions {
  seed: number;
  frames: number;
  cursors: number;
  bodies: number;
  env: Record<string, string>;
  log: (line: string) => void;
}

export interface FuzzResult {
  /** What happened, for people. */
  counts: Record<string, number>;
  /** Broken promises; none is what one wants. */
  violations: string[];
}

const FRAMES_PER_SOCKET = 10;
const SOCKETS_AT_ONCE = 10;
const CURSORS_AT_ONCE = 30;
/** What a heap may keep beyond what it had: caches that fill up once. */
const MAX_KEPT_BYTES = 128 * 1_048_576;

interface Target {
  server: ServerProcess;
  token: string;
  conversationId: string;
  random: Random;
  counts: Record<string, number>;
  violations: string[];
}

/** Starts a server, sends it what no client should, and looks at what became of it. The same seed sends the same. */
export async function fuzzCampaign(options: FuzzOptions): Promise<FuzzResult> {
  await using server = await startServerProcess(options.env);
  const token = await signUp(server);
  const conversationId = await talk(server, token);
  const target: Target = {
    server,
    token,
    conversationId,
    random: createRandom(options.seed),
    counts: {},
    violations: [],
  };
  const before = await readHealth(server);
  options.log('frames');
  await sendFrames(target, options.frames);
  options.log('cursors');
  await sendCursors(target, options.cursors);
  options.log('bodies');
  await sendBodies(target, options.bodies);
  await checkHealth(target, before);
  return { counts: target.counts, violations: target.violations };
}

async function sendFrames(target: Target, frames: number): Promise<void> {
  const { server, token, random, violations } = target;
  const port = Number(new URL(server.url).port);
  for (let sent = 0; sent < frames; sent += FRAMES_PER_SOCKET * SOCKETS_AT_ONCE) {
    const rounds = Array.from({ length: SOCKETS_AT_ONCE }, async (_, round) => {
      const make = round % 2 === 0 ? malformedFrame : wellFormedFrame;
      const made = Array.from({ length: FRAMES_PER_SOCKET }, () => make(random.below));
      const answer = await sendMalformed(port, { token, path: 'service.ping', frames: made });
      note(target, answer.includes('survived') ? 'sockets that survived' : 'sockets that were closed');
      if (/"code":"INTERNAL"/.test(answer)) {
        violations.push(`a frame was a fault of the server: ${answer.slice(-300)}`);
      }
      if (/node_modules|\.ts:\d/.test(answer)) {
        violations.push(`an answer told of the inside: ${answer.slice(-300)}`);
      }
    });
    await Promise.all(rounds);
  }
}

const feedFrame = z.object({
  id: z.string(),
  error: z.object({ data: z.object({ aura: z.object({ code: z.string() }) }) }).optional(),
  result: z
    .object({
      type: z.string(),
      data: z.object({ data: z.object({ type: z.string(), seq: z.number() }) }).optional(),
    })
    .optional(),
});

async function sendCursors(target: Target, cursors: number): Promise<void> {
  const { server, token, conversationId, random } = target;
  const { cursor } = await query(server, token, { path: 'conversation.get', input: { conversationId } });
  const head = parseCursor(z.string().parse(cursor));
  if (head === null) throw new Error('the conversation has no cursor');
  for (let sent = 0; sent < cursors; sent += CURSORS_AT_ONCE) {
    await using client = await RawClient.connect(`${server.url.replace('http', 'ws')}/trpc`, { token });
    const asked = Array.from({ length: CURSORS_AT_ONCE }, () => ({
      id: randomUUID(),
      lastEventId: oddCursor(random, head),
    }));
    for (const { id, lastEventId } of asked) {
      client.send(
        call(id, 'conversation.events', { method: 'subscription', input: { conversationId, lastEventId } }),
      );
    }
    const answers = await firstAnswers(client, new Set(asked.map(({ id }) => id)));
    for (const { id, lastEventId } of asked) {
      judgeCursor(target, { lastEventId, head, answer: answers.get(id) });
    }
  }
}

/** The first event or error of each subscription; none of those that said nothing for ten seconds. */
async function firstAnswers(
  { frames, ws }: RawClient,
  ids: ReadonlySet<string>,
): Promise<Map<string, z.output<typeof feedFrame>>> {
  const signal = AbortSignal.timeout(10_000);
  for (;;) {
    const answers = new Map<string, z.output<typeof feedFrame>>();
    for (const frame of frames) {
      const { data } = feedFrame.safeParse(frame);
      const isAnswer = data !== undefined && data.result?.type !== 'started' && ids.has(data.id);
      if (isAnswer && !answers.has(data.id)) answers.set(data.id, data);
    }
    if (answers.size === ids.size || signal.aborted) return answers;
    await once(ws, 'message', { signal }).catch(() => {});
  }
}

function judgeCursor(
  target: Target,
  {
    lastEventId,
    head,
    answer,
  }: { lastEventId: string; head: Cursor; answer: z.output<typeof feedFrame> | undefined },
): void {
  const named = parseCursor(lastEventId);
  const isReal = named !== null && named.epoch === head.epoch && named.seq <= head.seq;
  const event = answer?.result?.data?.data;
  const said =
    event === undefined
      ? (answer?.error?.data.aura.code ?? 'nothing')
      : event.type === 'reset'
        ? 'reset'
        : `seq ${event.seq}`;
  // An empty one is none, which starts at the beginning.
  const expected = isReal ? [`seq ${named.seq + 1}`] : lastEventId === '' ? ['reset', 'seq 1'] : ['reset'];
  note(target, isReal ? 'cursors that were real' : 'cursors that were not');
  if (!expected.includes(said)) {
    target.violations.push(
      `the cursor ${JSON.stringify(lastEventId)} got ${said} instead of ${expected.join(' or ')}`,
    );
  }
}

async function sendBodies(target: Target, bodies: number): Promise<void> {
  const { server, token, random, violations } = target;
  for (let sent = 0; sent < bodies; sent++) {
    const { path, contentType, body, status } = malformedRequest(random);
    const response = await fetch(`${server.url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': contentType },
      body,
    });
    const text = await response.text();
    note(target, `bodies answered with ${response.status}`);
    const isWrong = status === undefined ? response.status >= 500 : response.status !== status;
    if (isWrong) {
      violations.push(
        `${path} answered ${response.status} to ${contentType} ${body.slice(0, 60).toString()}: ${text.slice(0, 200)}`,
      );
    }
    if (/node_modules|\.ts:\d/.test(text)) {
      violations.push(`${path} told of the inside: ${text.slice(0, 300)}`);
    }
  }
}

/** Waits up to a minute for sockets and heap to come back to what they were. */
async function checkHealth(target: Target, before: Health): Promise<void> {
  const { server, token, conversationId, violations, counts } = target;
  await query(server, token, { path: 'conversation.get', input: { conversationId } });
  const deadline = performance.now() + 60_000;
  let after = await readHealth(server);
  const isBack = (): boolean =>
    after.sockets === before.sockets && after.heapBytes < before.heapBytes + MAX_KEPT_BYTES;
  while (!isBack() && performance.now() < deadline) after = await readHealth(server);
  counts['heap kept (KiB)'] = Math.round((after.heapBytes - before.heapBytes) / 1_024);
  if (!isBack()) violations.push(`left over: ${JSON.stringify({ before, after })}`);
  const crash = /uncaughtException|unhandledRejection|"level":(50|60).*/.exec(server.output());
  if (crash !== null) violations.push(`the server logged ${crash[0].slice(0, 500)}`);
}

function note({ counts }: Target, what: string): void {
  counts[what] = (counts[what] ?? 0) + 1;
}
