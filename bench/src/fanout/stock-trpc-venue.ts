import { initTRPC, tracked } from '@trpc/server';
import { applyWSSHandler } from '@trpc/server/adapters/ws';
import { EventEmitter, on, once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { z } from 'zod';
import { type BenchEvent, benchEvent } from '../bench-event.ts';
import type { Venue } from './venue.ts';

const t = initTRPC.create();

/** A tRPC subscription as its documentation does it: an async generator for each subscriber. No authorisation. */
export async function openStockTrpc(): Promise<Venue> {
  const emitter = new EventEmitter<{ event: [BenchEvent] }>();
  emitter.setMaxListeners(0);
  const router = t.router({
    events: t.procedure.input(z.object({ lastEventId: z.string().nullish() })).subscription(async function* ({
      signal,
    }) {
      for await (const [event] of on(emitter, 'event', { signal })) {
        const { seq } = event as BenchEvent;
        yield tracked(String(seq), event as BenchEvent);
      }
    }),
  });
  const wss = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
  applyWSSHandler({ wss, router });
  await once(wss, 'listening');
  const { port } = wss.address() as AddressInfo;
  let head = 0;
  return {
    port,
    path: '/',
    hellos: () =>
      Promise.resolve([
        JSON.stringify({ id: 1, method: 'subscription', params: { path: 'events', input: {} } }),
      ]),
    publish(count, text) {
      for (let index = 0; index < count; index++) emitter.emit('event', benchEvent(++head, text));
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
