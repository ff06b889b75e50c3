import { type AuraClient, newClientId, toAuraError } from '@aura/client';
import type { Random } from '@aura/backend/testing';
import { pause } from '../chaos/wait.ts';

/** A message as its writer knows it. `answer`: null when it never heard of one. */
export interface Sent {
  clientId: string;
  answer: { messageId: string; seq: number } | null;
}

const MAX_PAUSE_MS = 60;

/**
 * Writes into a room, one message after the other, until `signal` aborts: each under one clientId, tried again at every
 * entry until somebody answers.
 */
export async function write(
  clients: readonly AuraClient[],
  { roomId, random, signal, sent }: { roomId: string; random: Random; signal: AbortSignal; sent: Sent[] },
): Promise<void> {
  let threadOf: string | undefined;
  for (let count = 0; !signal.aborted; count++) {
    const message: Sent = { clientId: newClientId(), answer: null };
    sent.push(message);
    const input = {
      roomId,
      clientId: message.clientId,
      text: `message ${count}`,
      // One in ten goes the longer way.
      ...(random() < 0.1 && threadOf !== undefined ? { threadOf } : {}),
    };
    for (let tries = 0; message.answer === null; tries++) {
      const client = clients[tries % clients.length];
      if (client === undefined) return;
      try {
        message.answer = await client.chat.postMessage.mutate(input);
        if (!('threadOf' in input)) threadOf = message.answer.messageId;
      } catch (err) {
        if (signal.aborted && tries >= clients.length) return;
        if (toAuraError(err).code === 'IDEMPOTENCY_CONFLICT') throw err;
        await pause(100);
      }
    }
    await pause(random() * MAX_PAUSE_MS, signal);
  }
}
