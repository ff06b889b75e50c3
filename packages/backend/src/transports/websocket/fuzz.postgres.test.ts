import { once } from 'node:events';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { malformedFrame, sendMalformed, wellFormedFrame } from '../../testing/malformed-frames.ts';
import { createRandom } from '../../testing/random.ts';
import { call, RawClient } from '../../testing/raw-client.ts';
import { createTestCaller } from '../../testing/test-caller.ts';
import { createTestServer } from '../../testing/test-server.ts';
import { router, userProcedure } from '../../trpc/trpc.ts';

const SEED = 20_261_121;
const FRAMES = 2_000;
const FRAMES_PER_SOCKET = 10;

const testRouter = router({
  echo: userProcedure.input(z.json()).query(({ input }) => input),
  feed: userProcedure.input(z.object({ lastEventId: z.string().nullish() })).subscription(async function* ({
    signal,
  }) {
    if (signal !== undefined) await once(signal, 'abort');
    yield await Promise.resolve(1);
  }),
});

test(`${FRAMES} malformed frames kill at most their own socket (seed ${SEED})`, async () => {
  const crashes: unknown[] = [];
  const onCrash = (err: unknown): void => void crashes.push(err);
  process.on('uncaughtExceptionMonitor', onCrash);
  let logged = '';
  const log = pino({ level: 'warn' }, { write: (line: string) => void (logged += line) });
  await using server = await createTestServer({
    router: testRouter,
    overrides: { log },
    limits: { sockets: { maxSocketsPerUser: 1_000, closeMs: 200, firstMessageMs: 1_000 } },
  });
  const ada = await createTestCaller(server.node.backend);
  const token = await server.tokenOf(ada.ctx.caller);
  await using witness = await RawClient.connect(server.socketUrl, { token });
  const random = createRandom(SEED).below;
  let answers = '';

  for (let sent = 0; sent < FRAMES; sent += FRAMES_PER_SOCKET * 10) {
    const rounds = Array.from({ length: 10 }, async (_, round) => {
      // Every other one keeps to the protocol on the outside, so that its frames get as far as they can.
      const make = round % 2 === 0 ? malformedFrame : wellFormedFrame;
      const frames = Array.from({ length: FRAMES_PER_SOCKET }, () => make(random));
      return await sendMalformed(server.server.port, { token, path: 'echo', frames });
    });
    answers += (await Promise.all(rounds)).join('');
  }
  expect(answers).not.toMatch(/"stack"|node_modules|\.ts:\d/);
  // Everyone was signed in by then; some sockets survived and some did not.
  const count = (text: string): number => answers.split(text).length - 1;
  expect(count('signed in')).toBe(FRAMES / FRAMES_PER_SOCKET);
  expect(count('survived')).toBeGreaterThan(10);
  expect(count('survived')).toBeLessThan(FRAMES / FRAMES_PER_SOCKET - 10);
  expect(count('"error"')).toBeGreaterThan(100);

  witness.send(call(1, 'echo', { input: 'still here' }));
  await witness.frame({ id: 1, result: { data: 'still here' } });
  await expect.poll(() => server.server.socketCount, { timeout: 5_000 }).toBe(1);
  expect(Object.prototype).not.toHaveProperty('polluted');
  expect(crashes).toEqual([]);
  // What a client breaks is no news: it could fill the log.
  expect(logged).toBe('');
  process.off('uncaughtExceptionMonitor', onCrash);
});
