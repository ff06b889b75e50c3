import type { ApprovalStatus } from '@aura/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { argsHash } from '../hitl/args-hash.ts';
import { approvalAfter, type ApprovalTransition } from '../hitl/approval-machine.ts';
import type { ApprovalRow } from '../hitl/approvals-of-run.ts';
import { callState } from './call-state.ts';
import { call, rowOf, toolsOf } from './call-state-testing.ts';
import { transition } from './run-machine.ts';
import type { Tool } from './tool.ts';

const RUNS = { numRuns: 10_000 };

/** One call of a run in a world where everything can happen between any two commits. */
interface World {
  run: 'queued' | 'running' | 'waiting' | 'completed' | 'failed' | 'cancelled';
  approvals: { row: ApprovalRow; executed: number }[];
  begun: { approvalId: string | null } | null;
  /** Under no approval at all. */
  executedUnapproved: number;
  isSettled: boolean;
  version: string;
}
type Move =
  | 'claim'
  | 'work'
  | 'work and die before'
  | 'work and die after'
  | 'raise version'
  | ApprovalTransition;
// As often as it takes to come to an execution, a crash in mid-call and a second decision.
const MOVES: Move[] = [
  'claim',
  'claim',
  'claim',
  'work',
  'work',
  'work and die before',
  'work and die after',
  'approve',
  'approve',
  'claim',
  'work',
  'work and die before',
  'work and die after',
  'raise version',
  'approve',
  'approve',
  'reject',
  'respond',
  'expire',
  'cancel',
  'outdate',
];

function move(world: World, by: Move, repeat: Tool['repeat']): void {
  const asked = world.approvals.at(-1);
  switch (by) {
    case 'claim':
      if (world.run === 'queued' || world.run === 'running') world.run = 'running';
      return;
    case 'raise version':
      world.version = '2';
      return;
    case 'work':
    case 'work and die before':
    case 'work and die after':
      if (world.run === 'running' && !world.isSettled) work(world, by, repeat);
      return;
    case 'approve':
    case 'reject':
    case 'respond':
    case 'expire':
    case 'cancel':
    case 'outdate': {
      if (asked === undefined) return;
      const status: ApprovalStatus | null = approvalAfter(asked.row.status, by);
      if (status === null) return;
      asked.row = { ...asked.row, status };
      world.run = by === 'cancel' ? 'cancelled' : (transition(world.run, 'decide') ?? world.run);
    }
  }
}

function work(world: World, by: Move, repeat: Tool['repeat']): void {
  const asked = world.approvals.at(-1);
  const state = callState(call, toolsOf(repeat, world.version), {
    asked: asked?.row ?? null,
    begun: world.begun,
  });
  switch (state.kind) {
    case 'pending':
      world.run = transition(world.run, 'wait') ?? world.run;
      return;
    case 'unasked':
    case 'unknown': {
      const { version } = world;
      const kind = state.kind === 'unknown' ? 'unknown' : 'tool';
      const row = rowOf({
        id: `a${world.approvals.length + 1}`,
        kind,
        toolVersion: version,
        args: state.args,
        argsHash: argsHash({ tool: 'send', version, args: state.args }),
      });
      world.approvals.push({ row, executed: 0 });
      world.run = transition(world.run, 'wait') ?? world.run;
      return;
    }
    case 'allowed': {
      if (repeat !== 'pure') world.begun = { approvalId: state.approvalId };
      if (by === 'work and die before') return;
      const under = world.approvals.find(({ row }) => row.id === state.approvalId);
      if (under === undefined) world.executedUnapproved++;
      else under.executed++;
      if (by === 'work') world.isSettled = true;
      return;
    }
    case 'answered':
    case 'absent':
    case 'fails':
      world.isSettled = true;
  }
}

describe('a call that needs a person, whatever happens between any two moments', () => {
  it.each(['once', 'keyed', 'pure'] as const)('and is %s is executed only as approved', (repeat) => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...MOVES), { minLength: 8, maxLength: 50 }), (moves) => {
        const world: World = {
          run: 'queued',
          approvals: [],
          begun: null,
          executedUnapproved: 0,
          isSettled: false,
          version: '1',
        };
        for (const by of moves) move(world, by, repeat);
        return (
          world.executedUnapproved === 0 &&
          world.approvals.every(({ row, executed }) => {
            if (row.status !== 'approved') return executed === 0;
            return repeat !== 'once' || executed <= 1;
          })
        );
      }),
      RUNS,
    );
  });

  it('does come to an execution, a second question and a crash often enough for that to mean something', () => {
    const seen = { executed: 0, again: 0, unknown: 0 };
    for (const moves of fc.sample(
      fc.array(fc.constantFrom(...MOVES), { minLength: 8, maxLength: 50 }),
      2_000,
    )) {
      const world: World = {
        run: 'queued',
        approvals: [],
        begun: null,
        executedUnapproved: 0,
        isSettled: false,
        version: '1',
      };
      for (const by of moves) move(world, by, 'once');
      if (world.approvals.some(({ executed }) => executed > 0)) seen.executed++;
      if (world.approvals.length > 1) seen.again++;
      if (world.approvals.some(({ row }) => row.kind === 'unknown')) seen.unknown++;
    }
    expect(Math.min(seen.executed, seen.again, seen.unknown)).toBeGreaterThan(20);
  });
});
