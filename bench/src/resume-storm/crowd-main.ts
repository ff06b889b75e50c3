// Those who read all the time, and those who come back all at once. Told what to do over HTTP.
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { listenForOrders } from '../control.ts';
import { connectMember, type Member } from '../member.ts';
import { quantile } from '../figures.ts';

const latencies: number[] = [];
const storm: Member[] = [];
const connectInput = z.object({
  port: z.number(),
  path: z.string(),
  hellos: z.array(z.string()),
  count: z.number(),
  /** The newest event when they come back. */
  head: z.number(),
  missed: z.number(),
});
const MAX_WAIT_MS = 120_000;

await listenForOrders({
  async stay(input) {
    const { count, ...target } = connectInput.parse(input);
    for (let index = 0; index < count; index++) await connectMember({ ...target, latencies });
  },
  async comeBack(input) {
    const { count, head, missed, ...target } = connectInput.parse(input);
    const startedAt = performance.now();
    const coming = Array.from({ length: count }, async () => {
      storm.push(await connectMember({ ...target, latencies: null }));
    });
    await Promise.all(coming);
    const isBack = ({ reader }: Member): boolean => reader.last >= head;
    while (!storm.every(isBack) && performance.now() - startedAt < MAX_WAIT_MS) await pause(5);
    return {
      tookMs: performance.now() - startedAt,
      late: storm.filter((member) => !isBack(member)).length,
      wrong: storm.filter(({ reader }) => reader.faults > 0 || reader.received < missed).length,
    };
  },
  latencies() {
    const told = { p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99) };
    latencies.length = 0;
    return Promise.resolve(told);
  },
});
