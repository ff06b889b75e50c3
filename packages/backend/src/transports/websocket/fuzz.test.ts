import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { createRandom } from '../../testing/random.ts';
import { call, RawClient } from '../../testing/raw-client.ts';
import { createTestCaller } from '../../testing/test-caller.ts';
import { createTestServer, type TestServer } from '../../testing/test-server.ts';
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

/** A whole number less than the one given; the same seed, the same frames. */
type Random = (below: number) => number;

const WORDS = [
  '{"id":1,"method":"query","params":{"path":"echo","input":1}}',
  '{"id":1,"method":"subscription","params":{"path":"feed","input":{}}}',
  '{"id":1,"method":"subscription.stop"}',
  '{"id":null,"method":"query","params":{}}',
  '{"id":{},"method":[],"params":"x"}',
  '{"__proto__":{"polluted":1},"id":2,"method":"query","params":{"path":"echo","input":{"__proto__":{"polluted":1}}}}',
  '{"id":3,"method":"query","params":{"path":"__proto__.constructor","input":null}}',
  '{"id":4,"method":"query","params":{"path":"constructor","lastEventId":7}}',
  '{"method":"connectionParams","data":{"token":"x"}}',
  '{"id":"\u0000","jsonrpc":"1.0","method":"query","params":{"path":"echo"}}',
  '[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[',
  '[]',
  '[null]',
  '{}',
  '""',
  '0',
  'PING',
  'PONG',
  '\ufeff{}',
  '{"id":1e999}',
  '"\\ud800"',
];

function payloadOf(random: Random): Buffer {
  const word = Buffer.from(WORDS[random(WORDS.length)] ?? '');
  switch (random(4)) {
    case 0:
      return word;
    case 1: {
      for (let flips = random(4); flips >= 0 && word.length > 0; flips--) {
        word[random(word.length)] = random(256);
      }
      return word;
    }
    case 2:
      return Buffer.from(Array.from({ length: random(300) }, () => random(256)));
    default:
      return Buffer.concat([word.subarray(0, random(word.length + 1)), word]);
  }
}

function wellFormedFrameOf(random: Random): Buffer {
  return goodFrame(random(6) === 0 ? 2 : 1, payloadOf(random).toString());
}

/** A frame with a wrong bit here and there, which ends the socket at once when it is on the outside. */
function frameOf(random: Random): Buffer {
  const payload = payloadOf(random);
  const isOdd = random(8) === 0;
  const first = isOdd ? random(256) : 0x80 | (random(6) === 0 ? 2 : 1);
  const maskBit = isOdd && random(2) === 0 ? 0 : 0x80;
  const key = Buffer.from([random(256), random(256), random(256), random(256)]);
  const length = isOdd && random(3) === 0 ? random(70_000) : payload.length;
  const header =
    length < 126 ? [first, maskBit | length] : [first, maskBit | 126, (length >> 8) & 255, length & 255];
  const masked = payload.map((byte, index) => byte ^ (key[index % 4] ?? 0));
  return Buffer.concat([Buffer.from(header), ...(maskBit === 0 ? [payload] : [key, masked])]);
}

/** A frame as a good client sends it, masked with zeros. */
function goodFrame(opcode: number, text: string): Buffer {
  const payload = Buffer.from(text);
  const length =
    payload.length < 126 ? [0x80 | payload.length] : [0x80 | 126, payload.length >> 8, payload.length & 255];
  return Buffer.concat([Buffer.from([0x80 | opcode, ...length, 0, 0, 0, 0]), payload]);
}

/** Signs in over a bare connection, sends the frames and answers everything the server wrote. */
async function send({ server }: TestServer, token: string, frames: Buffer[]): Promise<string> {
  const socket = connect(server.port, '127.0.0.1');
  let answer = '';
  socket.on('error', () => {});
  socket.on('data', (chunk) => (answer += chunk.toString('latin1')));
  const closed = once(socket, 'close');
  /** The end of the connection, or of the deadline, will do as well: the frames may have broken it. */
  const answered = async (text: string, deadlineMs: number): Promise<void> => {
    const signal = AbortSignal.timeout(deadlineMs);
    while (!answer.includes(text) && !signal.aborted && !socket.destroyed) {
      await Promise.race([once(socket, 'data', { signal }).catch(() => {}), closed]);
    }
  };
  socket.write(
    `GET /trpc?connectionParams=1 HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
  );
  await answered('\r\n\r\n', 5_000);
  socket.write(goodFrame(1, JSON.stringify({ method: 'connectionParams', data: { token } })));
  socket.write(goodFrame(1, JSON.stringify(call(0, 'echo', { input: 'signed in' }))));
  await answered('signed in', 5_000);
  socket.write(
    Buffer.concat([...frames, goodFrame(1, JSON.stringify(call(99, 'echo', { input: 'survived' })))]),
  );
  await answered('survived', 100);
  socket.end(goodFrame(8, ''));
  await closed;
  return answer;
}

test(`${FRAMES} malformed frames kill at most their own socket (seed ${SEED})`, async () => {
  const crashes: unknown[] = [];
  const onCrash = (err: unknown): void => void crashes.push(err);
  process.on('uncaughtExceptionMonitor', onCrash);
  await using server = await createTestServer({
    router: testRouter,
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
      const make = round % 2 === 0 ? frameOf : wellFormedFrameOf;
      const frames = Array.from({ length: FRAMES_PER_SOCKET }, () => make(random));
      return await send(server, token, frames);
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
  process.off('uncaughtExceptionMonitor', onCrash);
});
