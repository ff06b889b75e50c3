import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { Core } from '../../context.ts';
import { createSenders } from '../../features/chat/senders.ts';
import { reportError } from '../report-error.ts';
import { asError, failureOf } from '../rest/rest-failure.ts';
import type { SocketLimits } from '../websocket/limits.ts';
import type { SocketRegistry } from '../websocket/socket-registry.ts';
import { refuse } from '../websocket/upgrade-guard.ts';
import { admitToRoom } from './admit-to-room.ts';
import type { ChatAddress } from './chat-address.ts';
import { createRoomSeats } from './room-seats.ts';
import { serveChatSocket } from './serve-chat-socket.ts';

/** The sockets of older clients at `/ws/chat/{room}/chat/`. */
export interface ChatSockets extends AsyncDisposable {
  readonly wss: WebSocketServer;
  /** Asked for and neither admitted nor refused yet. */
  readonly pendingCount: number;
  /** For an upgrade that the guard lets pass. Refuses over HTTP whoever may not come in. */
  handleUpgrade(
    upgrade: { req: IncomingMessage; socket: Duplex; head: Buffer; from: string },
    to: ChatAddress,
  ): void;
}

/** The longest message with every character written as an escape, and what is around it. */
const MAX_FRAME_BYTES = 262_144;
/** To find out who it is and to come into the room. */
const ADMISSION_MS = 10_000;

export function createChatSockets(options: {
  core: Core;
  limits: SocketLimits;
  registry: SocketRegistry;
  /** True once nobody may come in any more. */
  isDraining(): boolean;
}): ChatSockets {
  const { core, limits, registry, isDraining } = options;
  const wss = new WebSocketServer({ noServer: true, maxPayload: MAX_FRAME_BYTES, perMessageDeflate: false });
  const senders = createSenders(core);
  const seats = createRoomSeats(core, senders);
  const parts = { limits, registry, senders, seats };
  let pendingCount = 0;

  const admit = async (
    { req, socket, head, from }: Parameters<ChatSockets['handleUpgrade']>[0],
    address: ChatAddress,
  ): Promise<void> => {
    using stack = new DisposableStack();
    stack.use(registry.arrive(from));
    const gone = stack.adopt(new AbortController(), (controller) => controller.abort());
    const deadline = setTimeout(() => socket.destroy(), ADMISSION_MS);
    try {
      const admitted = await admitToRoom(core, req, { address, signal: gone.signal });
      if (isDraining()) {
        refuse(socket, { status: 503, reason: 'The server is stopping.' });
        return;
      }
      // What has closed tells nobody so again.
      if (socket.destroyed) return;
      const untilClosed = stack.move();
      // Never called back when the connection closed meanwhile, or the handshake makes no sense.
      socket.once('close', () => untilClosed.dispose());
      wss.handleUpgrade(req, socket, head, (ws) =>
        serveChatSocket(parts, ws, { req, admitted, untilClosed }),
      );
    } finally {
      clearTimeout(deadline);
    }
  };

  return {
    wss,
    get pendingCount() {
      return pendingCount;
    },
    handleUpgrade(upgrade, address) {
      pendingCount++;
      admit(upgrade, address)
        .catch((err: unknown) => {
          reportError(core.log, { error: asError(err), path: 'chat socket', ctx: undefined });
          const { status, detail } = failureOf(err, null, '');
          refuse(upgrade.socket, { status, reason: detail });
        })
        .finally(() => pendingCount--);
    },
    [Symbol.asyncDispose]: async () => await seats[Symbol.asyncDispose](),
  };
}
