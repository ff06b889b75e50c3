import { setImmediate as turn } from 'node:timers/promises';
import type { Bus } from '../realtime/bus.ts';
import type { Timers } from '../realtime/timers.ts';

/** Time that passes when a test says so, for several nodes, each of which can be frozen. */
export interface TestTime {
  /** Lets so much time pass: everything that is due is called in its order, and what it sets off has happened. */
  pass(ms: number): Promise<void>;
  node(): TestNodeTime;
}

export interface TestNodeTime extends Timers {
  /** As SIGSTOP does: nothing is called and nothing arrives, while time goes on. */
  freeze(): void;
  /** What became due, and what came, happens now; which of the two first is not known in life either. */
  thaw(first: 'timers' | 'messages'): Promise<void>;
  /** A bus as this node has it. */
  through(bus: Bus): Bus;
}

interface Due {
  atMs: number;
  call: () => void;
  node: Node;
}

interface Node {
  isFrozen: boolean;
  held: (() => void)[];
}

export function createTestTime(): TestTime {
  let nowMs = 1_000;
  let dues: Due[] = [];

  const takeDue = (untilMs: number): Due | undefined => {
    const [next] = dues
      .filter(({ atMs, node }) => atMs <= untilMs && !node.isFrozen)
      .toSorted((a, b) => a.atMs - b.atMs);
    dues = dues.filter((due) => due !== next);
    return next;
  };
  const runDue = async (untilMs: number): Promise<void> => {
    for (let due = takeDue(untilMs); due !== undefined; due = takeDue(untilMs)) {
      nowMs = Math.max(nowMs, due.atMs);
      due.call();
      await turn();
    }
  };

  return {
    async pass(ms) {
      const untilMs = nowMs + ms;
      await turn();
      await runDue(untilMs);
      nowMs = untilMs;
      await turn();
    },
    node() {
      const node: Node = { isFrozen: false, held: [] };
      return {
        nowMs: () => nowMs,
        after(delayMs, call) {
          const due: Due = { atMs: nowMs + delayMs, call, node };
          dues.push(due);
          return { [Symbol.dispose]: () => void (dues = dues.filter((other) => other !== due)) };
        },
        freeze() {
          node.isFrozen = true;
        },
        async thaw(first) {
          const held = node.held.splice(0);
          node.isFrozen = false;
          if (first === 'messages') for (const deliver of held) deliver();
          await runDue(nowMs);
          if (first === 'timers') for (const deliver of held) deliver();
          await turn();
        },
        through: (bus) => ({
          ...bus,
          subscribe: async (channel, onMessage) =>
            await bus.subscribe(channel, (message) => {
              if (node.isFrozen) node.held.push(() => onMessage(message));
              else onMessage(message);
            }),
        }),
      };
    },
  };
}
