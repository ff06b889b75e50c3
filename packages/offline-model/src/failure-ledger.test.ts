import { expect, test } from 'vitest';
import { FailureLedger } from './failure-ledger.ts';
import type { FailCommand } from './script.ts';

const cut: FailCommand = { kind: 'fail', failure: 'cut', times: 1, line: 1 };
const refusal: FailCommand = { kind: 'fail', failure: '500', times: 1, line: 2 };

test('lets refusals strike first, each its number of times, until the conversation is forgotten', () => {
  const ledger = new FailureLedger();
  const strike = () => ledger.strike('a', [cut, refusal]);
  expect([strike(), strike(), strike()]).toEqual([refusal, cut, undefined]);
  ledger.forget('a');
  expect(strike()).toBe(refusal);
});

test('remembers a bounded number of conversations, the latest', () => {
  const ledger = new FailureLedger(2);
  for (const key of ['a', 'b', 'c']) ledger.strike(key, [cut]);
  expect(ledger.strike('b', [cut])).toBeUndefined();
  expect(ledger.strike('a', [cut])).toBe(cut);
});
