import { once } from 'node:events';
import { connect } from 'node:net';
import { call } from './raw-client.ts';

/** A whole number from 0 on, less than the one given; the same seed, the same frames. */
export type Below = (count: number) => number;

/** What no client may send: a fragment that is never finished, lengths beyond all limits, control frames too long or in parts. */
const BROKEN = [
  [0x01, 0x83, 0, 0, 0, 0, 65, 66, 67],
  [0x00, 0x83, 0, 0, 0, 0, 65, 66, 67],
  [0x81, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
  [0x82, 0xff, 0, 0, 0, 0, 0x40, 0, 0, 0, 1, 2, 3, 4],
  [0x89, 0xfe, 0, 200, 0, 0, 0, 0],
  [0x09, 0x80, 0, 0, 0, 0],
  [0x88, 0x81, 0, 0, 0, 0, 3],
  [0x88, 0x82, 0, 0, 0, 0, 0xff, 0xff],
  [0x8b, 0x80, 0, 0, 0, 0],
  [0xc1, 0x80, 0, 0, 0, 0],
  [0x83, 0x80, 0, 0, 0, 0],
  [0x81, 0x84, 0, 0, 0, 0, 0xed, 0xa0, 0x80, 0xc3],
].map((bytes) => Buffer.from(bytes));

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
  '{"id":1,"method":"query","params":{"path":"echo"}},{"id":1,"method":"query","params":{"path":"echo"}}',
  '[{"id":1,"method":"subscription","params":{"path":"feed","input":{}}},{"id":1,"method":"subscription","params":{"path":"feed","input":{}}}]',
  '{"id":-1,"method":"mutation","params":{"path":"no.such","input":"x"}}',
  '{"method":"connectionParams","data":[[]]}',
  '{"method":"connectionParams","data":{"__proto__":{"token":1},"tenantId":7}}',
  `{"id":7,"method":"query","params":{"path":"echo","input":${'['.repeat(1_000)}${']'.repeat(1_000)}}}`,
  `[${Array(200).fill('{"id":8,"method":"query","params":{"path":"echo"}}').join()}]`,
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

function payloadOf(random: Below): Buffer {
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

/** A frame that is right on the outside, so that it gets as far as it can. */
export function wellFormedFrame(random: Below): Buffer {
  return goodFrame(random(6) === 0 ? 2 : 1, payloadOf(random).toString());
}

/** A frame with a wrong bit here and there, which ends the socket at once when it is on the outside. */
export function malformedFrame(random: Below): Buffer {
  if (random(12) === 0) return BROKEN[random(BROKEN.length)] ?? Buffer.alloc(0);
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

/**
 * Signs in over a bare connection, sends the frames and answers everything the server wrote. It holds `signed in` and, when
 * the socket outlived them, `survived`: the ids of calls of the query `path`.
 */
export async function sendMalformed(
  port: number,
  { token, path, frames }: { token: string; path: string; frames: readonly Buffer[] },
): Promise<string> {
  const socket = connect(port, '127.0.0.1');
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
  socket.write(goodFrame(1, JSON.stringify(call('signed in', path))));
  await answered('signed in', 5_000);
  socket.write(Buffer.concat([...frames, goodFrame(1, JSON.stringify(call('survived', path)))]));
  await answered('survived', 100);
  socket.end(goodFrame(8, ''));
  await closed;
  return answer;
}
