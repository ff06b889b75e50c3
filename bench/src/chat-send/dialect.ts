import { randomUUID } from 'node:crypto';
import type { ChatKind } from './venue.ts';

/** How a client of one of the servers says something, and hears that it was kept. */
export interface Dialect {
  /** Whether a frame says that its client is in: it may write, and is told of whatever is written from now on. */
  isWelcome(frame: string): boolean;
  message(id: number, options: { roomId: string; text: string }): string;
  /** The id of the message that a frame acknowledges; null for any other frame. Throws for a refusal. */
  acknowledged(frame: string): number | null;
}

const socketIo: Dialect = {
  isWelcome: (frame) => frame.startsWith('40'),
  message: (id, { text }) => `42${id}${JSON.stringify(['message', { text, clientId: randomUUID() }])}`,
  acknowledged(frame) {
    const id = /^43(\d+)\[/.exec(frame)?.[1];
    if (id === undefined) return null;
    if (!frame.includes('"id"')) throw new Error(`refused: ${frame}`);
    return Number(id);
  },
};

const aura: Dialect = {
  // The answer to the question that a writer begins with; a reader begins with an event, the room as it is.
  isWelcome: (frame) => frame.startsWith('{"id":0,"result"'),
  message: (id, { roomId, text }) =>
    JSON.stringify({
      id,
      method: 'mutation',
      params: { path: 'chat.postMessage', input: { roomId, text, clientId: randomUUID() } },
    }),
  acknowledged(frame) {
    const id = /^\{"id":(\d+)/.exec(frame)?.[1];
    if (id === undefined) return null;
    if (!frame.includes('"messageId"')) throw new Error(`refused: ${frame}`);
    return Number(id);
  },
};

export const DIALECTS: Record<ChatKind, Dialect> = { 'socket.io': socketIo, aura };
