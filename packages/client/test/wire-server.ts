import { createHTTPHandler } from '@trpc/server/adapters/standalone';
import { getWSConnectionHandler } from '@trpc/server/adapters/ws';
import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { WebSocketServer } from 'ws';
import { WireAuth } from './wire-auth.ts';
import { WireLog } from './wire-log.ts';
import { WireRoom } from './wire-room.ts';
import { wireRouter, type WireWorld } from './wire-router.ts';

/**
 * `unsent`: the connection dies before the call is carried out. `unanswered`: after it, before the answer.
 * `held`: the call waits for `release()`.
 */
export type HttpFault = 'unsent' | 'unanswered' | 'held' | 'html-502';

export interface WireServer extends AsyncDisposable, WireWorld {
  url: string;
  /** Paths of the HTTP requests so far, e.g. `/trpc/auth.me,auth.me`. */
  requests: string[];
  /** Connections that got as far as a token, with it. */
  sockets: { accessToken: string | undefined }[];
  /** What happens to the next requests whose path contains `name`. */
  faults: { name: string; fault: HttpFault }[];
  release(): void;
  addConversation(): { id: string; log: WireLog };
  addRoom(): WireRoom;
  /** Ends every WebSocket: with a close code, or without a word. */
  cutSockets(code?: number): void;
  /** Says the sentence a server says before a token ends. */
  nudge(): void;
}

/** The wire of a server, with faults on demand: tRPC over HTTP and WebSocket on a port of 127.0.0.1. */
export async function startWireServer(): Promise<WireServer> {
  const world: WireWorld = {
    auth: new WireAuth(),
    logs: new Map(),
    rooms: new Map(),
    roomList: [],
    hints: new EventEmitter(),
    told: [],
    sent: new Map(),
    feedFaults: [],
    feeds: [],
    approvals: [],
    inbox: new EventEmitter(),
  };
  const requests: string[] = [];
  const sockets: WireServer['sockets'] = [];
  const faults: WireServer['faults'] = [];
  const gate = Promise.withResolvers<void>();

  const handle = createHTTPHandler({
    router: wireRouter,
    basePath: '/trpc/',
    createContext: ({ req }) => ({ world, accessToken: req.headers.authorization?.slice('Bearer '.length) }),
  });
  const http = createServer((req: IncomingMessage, res: ServerResponse) => {
    const path = (req.url ?? '').split('?')[0] ?? '';
    requests.push(path);
    const index = faults.findIndex(({ name }) => path.includes(name));
    const fault = index === -1 ? undefined : faults.splice(index, 1)[0]?.fault;
    if (fault === 'unsent') return void req.socket.destroy();
    if (fault === 'html-502') return void res.writeHead(502).end('<html>bad gateway</html>');
    if (fault === 'unanswered') {
      res.end = () => {
        req.socket.destroy();
        return res;
      };
    }
    if (fault === 'held') void gate.promise.then(() => handle(req, res));
    else handle(req, res);
  });

  const wss = new WebSocketServer({ noServer: true });
  const accept = getWSConnectionHandler({
    wss,
    router: wireRouter,
    createContext: ({ info, res }) => {
      const accessToken = info.connectionParams?.['token'];
      sockets.push({ accessToken });
      try {
        world.auth.verify(accessToken);
      } catch (err) {
        setImmediate(() => res.close(4401));
        throw err;
      }
      return { world, accessToken };
    },
  });
  http.on('upgrade', (req, socket, head) => {
    wss.handleUpgrade(req, socket, head, (ws) => accept(ws, req));
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const address = http.address();
  if (address === null || typeof address === 'string') throw new Error('no port');

  return {
    ...world,
    url: `http://127.0.0.1:${address.port}`,
    requests,
    sockets,
    faults,
    release: () => gate.resolve(),
    addConversation() {
      const log = new WireLog();
      world.logs.set(log.view.id, log);
      return { id: log.view.id, log };
    },
    addRoom() {
      const room = new WireRoom();
      world.rooms.set(room.id, room);
      return room;
    },
    cutSockets(code) {
      for (const ws of wss.clients) {
        if (code === undefined) ws.terminate();
        else ws.close(code);
      }
    },
    nudge() {
      for (const ws of wss.clients) ws.send('{"id":null,"method":"reconnect"}');
    },
    async [Symbol.asyncDispose]() {
      for (const ws of wss.clients) ws.terminate();
      http.closeAllConnections();
      http.close();
      await once(http, 'close');
    },
  };
}
