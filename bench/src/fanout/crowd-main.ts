// The clients of a fan-out: raw sockets that read, count and check, or that never read. Told what to do over HTTP.
import { z } from 'zod';
import { quantile } from '../figures.ts';
import { listenForOrders } from '../control.ts';
import { connectMember, type Member } from '../member.ts';

const AT_ONCE = 50;
const members: Member[] = [];
const stalled: Member[] = [];
const latencies: number[] = [];

const connectInput = z.object({
  port: z.number(),
  path: z.string(),
  hellos: z.array(z.string()),
  count: z.number(),
  isStalled: z.boolean(),
  hasOwnIds: z.boolean(),
});

await listenForOrders({
  async connect(input) {
    const { count, isStalled, hasOwnIds, hellos, ...target } = connectInput.parse(input);
    const group = isStalled ? stalled : members;
    const known = group.length;
    for (let from = 0; from < count; from += AT_ONCE) {
      const batch = Array.from({ length: Math.min(AT_ONCE, count - from) }, async (_, index) => {
        const id = hasOwnIds ? known + from + index + 1 : 1;
        const own = hellos.map((hello) => hello.replace('"id":1,', `"id":${id},`));
        return await connectMember({ ...target, hellos: own, latencies: isStalled ? null : latencies });
      });
      group.push(...(await Promise.all(batch)));
    }
    if (isStalled) for (const { socket } of stalled) socket.pause();
  },
  progress() {
    const lasts = members.map(({ reader }) => reader.last);
    return Promise.resolve({
      min: Math.min(...lasts),
      max: Math.max(...lasts),
      received: members.reduce((sum, { reader }) => sum + reader.received, 0),
      faults: members.reduce((sum, { reader }) => sum + reader.faults, 0),
      lost: members.filter(({ socket }) => socket.destroyed).length,
    });
  },
  latencies() {
    const told = { p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99) };
    latencies.length = 0;
    return Promise.resolve(told);
  },
});
