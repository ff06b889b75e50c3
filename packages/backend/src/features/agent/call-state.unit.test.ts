import type { Json } from '@aura/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { argsHash } from '../hitl/args-hash.ts';
import { type CallPast, callState } from './call-state.ts';
import { ARGS, call, rowOf, toolsOf } from './call-state-testing.ts';
import { createToolRegistry } from './tool-registry.ts';
import { defineTool } from './tool.ts';

const RUNS = { numRuns: 10_000 };
const STATUSES = ['pending', 'approved', 'rejected', 'answered', 'expired', 'cancelled', 'outdated'] as const;
describe('what is to be done about a call', () => {
  const askedArb = fc.option(
    fc.record({
      status: fc.constantFrom(...STATUSES),
      kind: fc.constantFrom('tool' as const, 'unknown' as const),
      args: fc.constantFrom<Json>(ARGS, { to: 'eve' }, { to: 'ann', more: 1 }),
      editedArgs: fc.constantFrom<Json>(null, { to: 'bob' }),
      hashedVersion: fc.constantFrom('1', '2'),
      hashedArgs: fc.constantFrom<Json>(ARGS, { to: 'eve' }),
    }),
  );
  const begunArb = fc.option(fc.record({ approvalId: fc.constantFrom('a1', 'a0', null) }));

  it('is never to make it without an approval of exactly this, and never twice under one when once is all', () => {
    fc.assert(
      fc.property(
        askedArb,
        begunArb,
        fc.constantFrom('pure', 'keyed', 'once'),
        fc.constantFrom('1', '2'),
        (asked, begun, repeat, version) => {
          const row =
            asked === null
              ? null
              : rowOf({
                  ...asked,
                  argsHash: argsHash({ tool: 'send', version: asked.hashedVersion, args: asked.hashedArgs }),
                });
          const past: CallPast = { asked: row, begun };
          const state = callState(call, toolsOf(repeat, version), past);
          const isOpen = repeat === 'once' && begun !== null;
          switch (state.kind) {
            case 'allowed':
              return (
                row?.status === 'approved' &&
                row.argsHash === argsHash({ tool: 'send', version, args: row.args }) &&
                state.approvalId === row.id &&
                state.args === (row.editedArgs ?? row.args) &&
                !(isOpen && begun.approvalId === row.id)
              );
            case 'unknown':
              return isOpen;
            // Left to policy: only what was never begun, or may be done again.
            case 'unasked':
              return !isOpen && (row === null || row.status === 'approved' || row.status === 'outdated');
            case 'pending':
              return row?.status === 'pending';
            case 'answered':
              return row?.status === 'answered';
            case 'absent':
              return false;
            case 'fails':
              return row !== null && ['rejected', 'expired', 'cancelled'].includes(row.status);
          }
        },
      ),
      RUNS,
    );
  });

  it('is told to the model truly: what may have happened is never said not to have', () => {
    for (const status of ['rejected', 'expired'] as const) {
      const past = (kind: 'tool' | 'unknown'): CallPast => ({ asked: rowOf({ status, kind }), begun: null });
      const of = (kind: 'tool' | 'unknown'): string =>
        JSON.stringify(callState(call, toolsOf('once', '1'), past(kind)));
      expect(of('unknown')).toContain('not known');
      expect(of('unknown')).not.toContain('ot executed');
      expect(of('tool')).toContain('ot executed');
    }
  });

  it('is never said not to have happened once it was begun, however the tool has changed since', () => {
    const begun = { approvalId: 'a0' };
    for (const status of ['rejected', 'expired'] as const) {
      const state = callState(call, toolsOf('keyed', '1'), { asked: rowOf({ status }), begun });
      expect(JSON.stringify(state)).toContain('not known');
    }
    const gone = callState({ ...call, name: 'gone' }, toolsOf('once', '1'), { asked: null, begun });
    expect(gone).toMatchObject({ kind: 'absent', error: expect.stringContaining('not known') });
  });

  it('waits for a tool that was there when it was approved, and for no other', () => {
    const approved: CallPast = { asked: rowOf({ status: 'approved' }), begun: null };
    const gone = { ...call, name: 'gone' };
    expect(callState(gone, toolsOf('once', '1'), approved).kind).toBe('absent');
    for (const asked of [null, rowOf({ status: 'outdated' })]) {
      expect(callState(gone, toolsOf('once', '1'), { asked, begun: null }).kind).toBe('fails');
    }
  });

  it('is asked again when the tool, under the same version, makes something else of what was approved', async () => {
    const tools = await createToolRegistry([
      defineTool({
        name: 'send',
        description: '',
        risk: 'external',
        repeat: 'once',
        input: z.object({ to: z.string(), copyToAll: z.boolean().default(true) }),
        run: () => ({ result: null }),
      }),
    ]).of('');
    for (const editedArgs of [null, { to: 'bob' }]) {
      const asked = rowOf({ status: 'approved', editedArgs });
      expect(callState(call, tools, { asked, begun: null })).toMatchObject({
        kind: 'unasked',
        insteadOf: asked.id,
      });
    }
  });

  it('is nothing for arguments that do not fit', () => {
    for (const argsText of ['{', 'null', '{"to":1}']) {
      const past: CallPast = { asked: null, begun: null };
      expect(callState({ ...call, argsText }, toolsOf('once', '1'), past).kind).toBe('fails');
    }
  });
});
