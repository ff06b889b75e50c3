// Those who write and read in a chat, as raw sockets. Told what to do over HTTP.
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { listenForOrders } from '../control.ts';
import { connectMember, type Member } from '../member.ts';
import { quantile } from '../figures.ts';
import { DIALECTS } from './dialect.ts';
import { connectWriter, type Writer } from './writer.ts';

const readers: Member[] = [];
const writers: Writer[] = [];
const target = z.object({ port: z.number(), path: z.string(), hellos: z.array(z.string()) });
const connectInput = z.object({
  kind: z.enum(['socket.io', 'aura']),
  roomId: z.string(),
  readers: z.array(target),
  writers: z.array(target),
});
const runInput = z.object({ seconds: z.number(), text: z.string() });

await listenForOrders({
  async connect(input) {
    const plan = connectInput.parse(input);
    const dialect = DIALECTS[plan.kind];
    const isWelcome = (frame: string): boolean => dialect.isWelcome(frame);
    for (const each of plan.readers) {
      readers.push(await connectMember({ ...each, latencies: null, isWelcome }));
    }
    for (const each of plan.writers) {
      writers.push(await connectWriter(each, { dialect, roomId: plan.roomId }));
    }
  },
  async run(input) {
    const { seconds, text } = runInput.parse(input);
    const before = readers.map(({ reader }) => reader.received);
    const latencies: number[] = [];
    const startedAt = performance.now();
    const until = startedAt + seconds * 1_000;
    await Promise.all(
      writers.map(async (writer) => {
        while (performance.now() < until) latencies.push(await writer.say(text));
      }),
    );
    const elapsedS = (performance.now() - startedAt) / 1_000;
    const told = (): number[] => readers.map(({ reader }, index) => reader.received - (before[index] ?? 0));
    const deadline = performance.now() + 10_000;
    while (told().some((count) => count < latencies.length) && performance.now() < deadline) await pause(20);
    return {
      messages: latencies.length,
      elapsedS,
      p50: quantile(latencies, 0.5),
      p99: quantile(latencies, 0.99),
      /** Readers that did not get every message exactly once, and messages that came out of order. */
      wrong: told().filter((count) => count !== latencies.length).length,
      outOfOrder: readers.reduce((sum, { reader }) => sum + reader.faults, 0),
    };
  },
});
