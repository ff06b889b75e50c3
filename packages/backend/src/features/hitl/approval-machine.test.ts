import { approvalChoiceSchema, approvalStatusSchema } from '@aura/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ApprovalTransition, approvalAfter, transitionOf } from './approval-machine.ts';

const TRANSITIONS: ApprovalTransition[] = ['approve', 'reject', 'respond', 'expire', 'cancel', 'outdate'];

describe('an approval', () => {
  it('is decided once, by whatever comes first, whatever comes after', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...TRANSITIONS), { maxLength: 10 }), (attempts) => {
        let status = approvalStatusSchema.parse('pending');
        const taken: ApprovalTransition[] = [];
        for (const attempt of attempts) {
          const next = approvalAfter(status, attempt);
          if (next === null) continue;
          taken.push(attempt);
          status = next;
        }
        return (
          taken.length === Math.min(attempts.length, 1) &&
          taken[0] === attempts[0] &&
          (status === 'approved') === (attempts[0] === 'approve')
        );
      }),
      { numRuns: 10_000 },
    );
  });

  it('ends differently for each of the ways, and every choice of a person is one of them', () => {
    expect(new Set(TRANSITIONS.map((by) => approvalAfter('pending', by))).size).toBe(TRANSITIONS.length);
    const chosen = approvalChoiceSchema.options.map((choice) =>
      approvalAfter('pending', transitionOf(choice)),
    );
    expect(chosen).toEqual(['approved', 'approved', 'rejected', 'answered']);
  });
});
