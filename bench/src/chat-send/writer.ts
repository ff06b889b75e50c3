import { connectMember } from '../member.ts';
import type { Dialect } from './dialect.ts';

/** Somebody who writes, one message after the other. */
export interface Writer {
  /** Resolves when the message has been acknowledged, with how many milliseconds that took. */
  say(text: string): Promise<number>;
}

export async function connectWriter(
  target: { port: number; path: string; hellos: readonly string[] },
  { dialect, roomId }: { dialect: Dialect; roomId: string },
): Promise<Writer> {
  const waiting = new Map<number, PromiseWithResolvers<void>>();
  let lastId = 0;
  const member = await connectMember({
    ...target,
    latencies: null,
    isWelcome: (frame) => dialect.isWelcome(frame),
    onText(frame) {
      const id = dialect.acknowledged(frame);
      if (id === null) return;
      waiting.get(id)?.resolve();
      waiting.delete(id);
    },
  });
  return {
    async say(text) {
      const id = ++lastId;
      const acknowledged = Promise.withResolvers<void>();
      waiting.set(id, acknowledged);
      const startedAt = performance.now();
      member.say(dialect.message(id, { roomId, text }));
      await acknowledged.promise;
      return performance.now() - startedAt;
    },
  };
}
