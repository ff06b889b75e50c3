import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import { benchEvent } from '../bench-event.ts';
import type { Venue } from './venue.ts';

/** Socket.IO as its documentation does it: one room, over WebSocket alone. No authorisation, no ids, no resuming. */
export async function openSocketIo(): Promise<Venue> {
  const http = createServer();
  const io = new Server(http, { transports: ['websocket'], serveClient: false });
  io.on('connection', (socket) => void socket.join('room'));
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const { port } = http.address() as AddressInfo;
  let head = 0;
  return {
    port,
    path: '/socket.io/?EIO=4&transport=websocket',
    hellos: () => Promise.resolve(['40']),
    publish(count, text) {
      for (let index = 0; index < count; index++) io.to('room').emit('event', benchEvent(++head, text));
      return Promise.resolve();
    },
    readerCount: () => io.engine.clientsCount,
    [Symbol.asyncDispose]: async () => await io.close(),
  };
}
