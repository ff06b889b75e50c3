import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { benchEvent } from '../bench-event.ts';
import type { Venue } from './venue.ts';

/** The least there is: each event encoded once and sent in a loop. No authorisation, no ids, no resuming. */
export async function openRawWs(): Promise<Venue> {
  const wss = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
  await once(wss, 'listening');
  const { port } = wss.address() as AddressInfo;
  let head = 0;
  return {
    port,
    path: '/',
    hellos: () => Promise.resolve([]),
    publish(count, text) {
      for (let index = 0; index < count; index++) {
        const frame = Buffer.from(JSON.stringify(benchEvent(++head, text)));
        for (const ws of wss.clients) ws.send(frame, { binary: false });
      }
      return Promise.resolve();
    },
    readerCount: () => wss.clients.size,
    [Symbol.asyncDispose]: async () => {
      for (const ws of wss.clients) ws.terminate();
      await new Promise((resolve) => {
        wss.close(resolve);
      });
    },
  };
}
