import { ACTIVE_RUN_STATUSES, runStatusSchema } from '@aura/contract';
import { array, assert, constantFrom, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type RunTransition, transition } from './run-machine.ts';

const TRANSITIONS: RunTransition[] = ['claim', 'complete', 'fail', 'cancel'];
const isActive = (status: string): boolean => ACTIVE_RUN_STATUSES.some((active) => active === status);

describe('a run', () => {
  it('is claimed once at most, ends once at most and stays as it ended, whatever happens', () => {
    assert(
      property(array(constantFrom(...TRANSITIONS), { maxLength: 30 }), (attempts) => {
        let status = runStatusSchema.parse('queued');
        const taken: RunTransition[] = [];
        for (const attempt of attempts) {
          const next = transition(status, attempt);
          if (next === null) continue;
          expect(isActive(status)).toBe(true);
          expect(next).not.toBe(status);
          taken.push(attempt);
          status = next;
        }
        expect(taken.filter((by) => by === 'claim').length).toBeLessThanOrEqual(1);
        expect(taken.filter((by) => by !== 'claim').length).toBeLessThanOrEqual(1);
        expect(taken.slice(0, -1).every((by) => by === 'claim')).toBe(true);
        if (status === 'completed') expect(taken).toEqual(['claim', 'complete']);
      }),
    );
  });

  it('that is active can always be stopped or failed, so that none is stuck', () => {
    for (const status of ACTIVE_RUN_STATUSES) {
      expect(transition(status, 'cancel')).toBe('cancelled');
      expect(transition(status, 'fail')).toBe('failed');
    }
  });
});
