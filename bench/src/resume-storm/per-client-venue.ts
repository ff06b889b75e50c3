import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { initTRPC, tracked } from '@trpc/server';
import { applyWSSHandler } from '@trpc/server/adapters/ws';
import pg from 'pg';
import { WebSocketServer } from 'ws';
import { z } from 'zod';
import { eventData } from '../bench-event.ts';
import type { StormVenue } from './venue.ts';

interface Row {
  seq: number;
  type: string;
  at: string;
  data: object;
}

/** The usual way: a tRPC subscription that reads what its client has missed, and then listens. Nothing is authorised. */
export async function openPerClient(databaseUrl: string): Promise<StormVenue> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 20 });
  await pool.query(`create table if not exists peer_events (
    seq bigint primary key, type text not null, data jsonb not null, at timestamptz not null default now())`);
  const t = initTRPC.create();
  const live = new EventEmitter().setMaxListeners(0);
  // The rounds before this one left their events.
  const { rows: heads } = await pool.query<{ head: string | null }>(
    'select max(seq) as head from peer_events',
  );
  let head = Number(heads[0]?.head ?? 0);
  let queries = 0;
  const history = async (after: number): Promise<Row[]> => {
    queries++;
    const { rows } = await pool.query<Row & { seq: string }>(
      'select seq, type, data, at from peer_events where seq > $1 order by seq',
      [after],
    );
    return rows.map((row) => ({ ...row, seq: Number(row.seq) }));
  };
  const router = t.router({
    events: t.procedure.input(z.object({ lastEventId: z.string().nullish() })).subscription(async function* ({
      input,
      signal,
    }) {
      const waiting: Row[] = [];
      const listen = (row: Row): void => void waiting.push(row);
      live.on('event', listen);
      try {
        let last = Number(input.lastEventId ?? 0);
        for (const row of await history(last)) {
          yield tracked(String(row.seq), row);
          last = row.seq;
        }
        for (;;) {
          for (const row of waiting.splice(0)) if (row.seq > last) yield tracked(String(row.seq), row);
          await once(live, 'event', { signal: signal ?? AbortSignal.timeout(60_000) });
        }
      } finally {
        live.off('event', listen);
      }
    }),
  });
  const http = createServer();
  const wss = new WebSocketServer({ server: http, perMessageDeflate: false });
  applyWSSHandler({ wss, router });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  return {
    port: (http.address() as AddressInfo).port,
    path: '/',
    hellos(missed) {
      const params = { path: 'events', input: {}, lastEventId: String(head - missed) };
      return Promise.resolve([JSON.stringify({ id: 1, method: 'subscription', params })]);
    },
    async append(count) {
      const rows: Row[] = Array.from({ length: count }, () => ({
        seq: ++head,
        type: 'message_created',
        at: new Date().toISOString(),
        data: eventData(),
      }));
      await pool.query(
        `insert into peer_events (seq, type, data, at)
          select * from jsonb_to_recordset($1) as x(seq bigint, type text, data jsonb, at timestamptz)`,
        [JSON.stringify(rows)],
      );
      for (const row of rows) live.emit('event', row);
    },
    head: () => head,
    historyQueries: () => queries,
    async [Symbol.asyncDispose]() {
      for (const socket of wss.clients) socket.terminate();
      wss.close();
      http.close();
      await pool.end();
    },
  };
}
