import { ACTIVE_RUN_STATUSES, runStatusSchema } from '@aura/contract';
import { array, assert, constantFrom, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type RunTransition, transition } from './run-machine.ts';

const TRANSITIONS: RunTransition[] = ['claim', 'release', 'wait', 'decide', 'complete', 'fail', 'cancel'];
const ENDS: RunTransition[] = ['complete', 'fail', 'cancel'];
const isActive = (status: string): boolean => ACTIVE_RUN_STATUSES.some((active) => active === status);

describe('a run', () => {
  it('ends once at most, stays as it ended, and completes only in the hands of an owner, whatever happens', () => {
    assert(
      property(array(constantFrom(...TRANSITIONS), { maxLength: 40 }), (attempts) => {
        let status = runStatusSchema.parse('queued');
        const taken: RunTransition[] = [];
        for (const attempt of attempts) {
          const next = transition(status, attempt);
          if (next === null) continue;
          expect(isActive(status)).toBe(true);
          if (attempt === 'complete' || attempt === 'wait' || attempt === 'release') {
            expect(status).toBe('running');
          }
          if (attempt === 'claim') expect(status).not.toBe('waiting');
          taken.push(attempt);
          status = next;
        }
        expect(taken.filter((by) => ENDS.includes(by)).length).toBeLessThanOrEqual(1);
        expect(taken.slice(0, -1).every((by) => !ENDS.includes(by))).toBe(true);
        if (status === 'completed') expect(taken).toContain('claim');
      }),
      { numRuns: 10_000 },
    );
  });

  it('that waits is taken up only after a decision', () => {
    expect(transition('waiting', 'claim')).toBeNull();
    expect(transition('waiting', 'decide')).toBe('queued');
  });

  it('that is active can always be stopped or failed, so that none is stuck', () => {
    for (const status of ACTIVE_RUN_STATUSES) {
      expect(transition(status, 'cancel')).toBe('cancelled');
      expect(transition(status, 'fail')).toBe('failed');
    }
  });
});
