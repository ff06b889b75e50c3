import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdapter } from '@socket.io/redis-adapter';
import { Redis } from 'ioredis';
import { jwtVerify, SignJWT } from 'jose';
import pg from 'pg';
import { Server, type Socket } from 'socket.io';
import { z } from 'zod';
import type { ChatVenue, ChatVenueOptions } from './venue.ts';

const CLAIMS = z.object({ sub: z.string(), reader: z.boolean() });
const MESSAGE = z.object({ text: z.string().min(1).max(32_768), clientId: z.uuid() });

/**
 * The usual way: Socket.IO, a token checked when a client connects, one `INSERT` through `pg` for each message, told to
 * the room once it is committed, and then acknowledged. No membership, no numbering, no resuming.
 */
export async function openSocketIo(options: ChatVenueOptions): Promise<ChatVenue> {
  const { databaseUrl, redisUrl, shared } = options;
  const secret = shared?.secret ?? randomUUID() + randomUUID();
  const key = new TextEncoder().encode(secret);
  await using stack = new AsyncDisposableStack();
  const pool = stack.adopt(new pg.Pool({ connectionString: databaseUrl, max: 20 }), async (it) => {
    await it.end();
  });
  await pool.query(`create table if not exists peer_messages (
    id bigserial primary key, author text not null, client_id uuid not null, text text not null,
    at timestamptz not null default now())`);
  const http = createServer();
  const io = stack.adopt(new Server(http, { transports: ['websocket'], serveClient: false }), async (it) => {
    await it.close();
  });
  if (redisUrl !== null) {
    const [pub, sub] = [new Redis(redisUrl), new Redis(redisUrl)];
    stack.defer(() => [pub, sub].forEach((client) => client.disconnect()));
    io.adapter(createAdapter(pub, sub));
  }
  io.use((socket, next) => {
    const refused = admit(socket, key).then(
      () => null,
      (err: unknown) => new Error('refused', { cause: err }),
    );
    void (async () => next((await refused) ?? undefined))();
  });
  io.on('connection', (socket) => serve(socket, { io, pool }));
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const { port } = http.address() as AddressInfo;
  const hello = async (isReader: boolean): Promise<string[]> => {
    const claims = new SignJWT({ reader: isReader }).setProtectedHeader({ alg: 'HS256' });
    const token = await claims.setSubject(randomUUID()).setExpirationTime('1h').sign(key);
    return [`40${JSON.stringify({ token })}`];
  };
  const hellos = async (count: number, kind: { isReader: boolean }): Promise<string[][]> =>
    await Promise.all(Array.from({ length: count }, async () => await hello(kind.isReader)));
  const readers = await hellos(options.readers, { isReader: true });
  const writers = await hellos(options.writers, { isReader: false });
  const parts = stack.move();
  return {
    port,
    path: '/socket.io/?EIO=4&transport=websocket',
    shared: { roomId: 'room', secret },
    readers,
    writers,
    async stored() {
      const { rows } = await pool.query<{ count: string }>('select count(*) as count from peer_messages');
      return Number(rows[0]?.count);
    },
    [Symbol.asyncDispose]: async () => await parts.disposeAsync(),
  };
}

/** Before the client hears that it is connected, so that it neither writes nor reads too early. */
async function admit(socket: Socket, key: Uint8Array): Promise<void> {
  const { token } = z.object({ token: z.string() }).parse(socket.handshake.auth);
  const { payload } = await jwtVerify(token, key, { algorithms: ['HS256'] });
  socket.data = CLAIMS.parse(payload);
}

function serve(socket: Socket, { io, pool }: { io: Server; pool: pg.Pool }): void {
  const { sub, reader } = CLAIMS.parse(socket.data);
  if (reader) void socket.join('room');
  const keep = async (input: unknown): Promise<{ id: number }> => {
    const { text, clientId } = MESSAGE.parse(input);
    const { rows } = await pool.query<{ id: string; at: Date }>(
      'insert into peer_messages (author, client_id, text) values ($1, $2, $3) returning id, at',
      [sub, clientId, text],
    );
    const seq = Number(rows[0]?.id);
    io.to('room').emit('message', { seq, author: sub, clientId, text, at: rows[0]?.at });
    return { id: seq };
  };
  socket.on('message', (input: unknown, acknowledge: (answer: unknown) => void) => {
    void (async () => acknowledge(await keep(input).catch((err: unknown) => ({ error: String(err) }))))();
  });
}
