import { once } from 'node:events';
import { request } from 'node:http';
import type { Socket } from 'node:net';
import { FrameReader } from './frame-reader.ts';
import { nowMs } from './bench-event.ts';

/** One client. */
export interface Member {
  socket: Socket;
  reader: FrameReader;
  say(text: string): void;
}

interface Options {
  port: number;
  path: string;
  hellos: readonly string[];
  latencies: number[] | null;
  /** Hears of every frame; left out, events are counted. */
  onText?: (text: string) => void;
  /** Whether a frame says that its client is in; given, the client is not connected before. */
  isWelcome?: (text: string) => boolean;
}

/** Connects, says what is to be said, and reads from then on. Rejects when it is sent away without a welcome. */
export async function connectMember(options: Options): Promise<Member> {
  const { port, path, hellos, latencies, onText, isWelcome } = options;
  const upgrade = request({
    host: '127.0.0.1',
    port,
    path,
    headers: {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': 'bm90IHRoYXQgc2VjcmV0IQ==',
    },
  });
  upgrade.end();
  const [, socket, head] = (await once(upgrade, 'upgrade')) as [unknown, Socket, Buffer];
  socket.on('error', () => {});
  const welcome = Promise.withResolvers<void>();
  const say = (text: string): void => void socket.write(maskedFrame(text));
  const heard = (text: string): void => {
    if (text === 'PING') say('PONG');
    else if (text === '2') say('3');
    else if (isWelcome?.(text) === true) welcome.resolve();
    else onText?.(text);
  };
  const reader = new FrameReader({ onText: heard, latencies, hasEvents: onText === undefined });
  reader.read(head, nowMs());
  socket.on('data', (chunk: Buffer) => reader.read(chunk, nowMs()));
  for (const hello of hellos) say(hello);
  if (isWelcome !== undefined) {
    socket.once('close', () => welcome.reject(new Error('the socket closed before its client was welcome')));
    // Whoever gets an event is in.
    socket.on('data', () => {
      if (reader.received > 0) welcome.resolve();
    });
    await welcome.promise;
  }
  return { socket, reader, say };
}

/** As clients must send it; masked with zeros, which leaves the text as it is. */
function maskedFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  const header =
    payload.length < 126
      ? Buffer.from([0x81, 0x80 | payload.length])
      : Buffer.from([0x81, 0x80 | 126, payload.length >> 8, payload.length & 0xff]);
  return Buffer.concat([header, Buffer.alloc(4), payload]);
}
