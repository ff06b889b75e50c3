import { type PolicyRule, policyRuleSchema, roleSchema, toolRiskSchema, type Json } from '@aura/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeCall, type ProposedCall } from './tool-policy.ts';

const NAMES = ['send', 'send_mail', 'store', 'look'];
const json = fc.jsonValue({ maxDepth: 1 }).map((value): Json => JSON.parse(JSON.stringify(value)));
const argsArb = fc.oneof(
  json,
  fc.dictionary(fc.constantFrom('to', 'amount', 'x/y'), json).map((args): Json => ({ ...args })),
);
const callArb: fc.Arbitrary<ProposedCall> = fc.record({
  tenantId: fc.constant('t'),
  userId: fc.constant('u'),
  role: fc.constantFrom(...roleSchema.options),
  toolName: fc.constantFrom(...NAMES),
  risk: fc.constantFrom(...toolRiskSchema.options),
  args: argsArb,
  isTainted: fc.boolean(),
  isInRoom: fc.constant(false),
  deciders: fc.constant({ kind: 'owner' as const }),
});
const predicateArb = fc.record(
  {
    path: fc.constantFrom('', '/to', '/amount', '/x~1y', '/0'),
    op: fc.constantFrom(...policyRuleSchema.shape.args.unwrap().element.shape.op.options),
    value: json,
  },
  { requiredKeys: ['path', 'op'] },
);
const ruleArb: fc.Arbitrary<PolicyRule> = fc.record(
  {
    tools: fc.array(fc.constantFrom(...NAMES, 'send*', '*'), { minLength: 1, maxLength: 2 }),
    risks: fc.array(fc.constantFrom(...toolRiskSchema.options), { minLength: 1 }),
    roles: fc.array(fc.constantFrom(...roleSchema.options), { minLength: 1 }),
    isTainted: fc.boolean(),
    args: fc.array(predicateArb, { minLength: 1, maxLength: 2 }),
    action: fc.constantFrom('allow', 'ask', 'deny'),
  },
  { requiredKeys: ['action'] },
);
const rulesArb = fc.array(ruleArb, { maxLength: 6 });
const RUNS = { numRuns: 10_000 };
const judge = (call: ProposedCall, ...rules: PolicyRule[]): string =>
  judgeCall(call, { code: null, rules }).action;

describe('the policy', () => {
  it('that denies first denies, whatever rules come after and whatever the call says', () => {
    fc.assert(
      fc.property(callArb, rulesArb, (call, rules) => {
        const code = () => ({ action: 'deny' }) as const;
        const verdicts = [
          judge(call, { action: 'deny' }, ...rules),
          judge(call, { tools: [call.toolName], action: 'deny' }, ...rules),
          judgeCall(call, { code, rules: [{ action: 'allow' }, ...rules] }).action,
        ];
        return verdicts.every((action) => action === 'deny');
      }),
      RUNS,
    );
  });

  it('never allows a tainted call that does more than read, unless a rule says that taint is fine', () => {
    fc.assert(
      fc.property(callArb, rulesArb, (call, rules) => {
        const tainted = { ...call, isTainted: true };
        const careless = rules.filter(({ isTainted }) => isTainted !== true);
        return call.risk === 'read' || judge(tainted, ...careless) !== 'allow';
      }),
      RUNS,
    );
  });

  it('without rules asks for what reaches outside or others, and for writing once tainted, and denies nothing', () => {
    fc.assert(
      fc.property(callArb, (call) => {
        const asks =
          call.risk === 'external' || call.risk === 'shared' || (call.risk === 'write' && call.isTainted);
        return judge(call) === (asks ? 'ask' : 'allow');
      }),
      RUNS,
    );
  });

  it('says the same whatever arguments the model makes up, as long as no rule names arguments', () => {
    const blindRulesArb = fc.array(
      ruleArb.map((rule): PolicyRule => ({ ...rule, args: undefined })),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(callArb, argsArb, blindRulesArb, (call, args, blind) => {
        return judge({ ...call, args }, ...blind) === judge(call, ...blind);
      }),
      RUNS,
    );
  });

  it('is decided by the first rule that fits: what stands behind it changes nothing', () => {
    fc.assert(
      fc.property(callArb, rulesArb, rulesArb, (call, rules, more) => {
        const all: PolicyRule[] = [...rules, { action: 'ask' }];
        return judge(call, ...all, ...more) === judge(call, ...all);
      }),
      RUNS,
    );
  });
});

describe('a comparison with an argument', () => {
  const call: ProposedCall = {
    tenantId: 't',
    userId: 'u',
    role: 'user',
    toolName: 'look',
    risk: 'read',
    args: {
      to: 'ann@home.example',
      amount: 10,
      tags: ['a', { b: 1, c: 2 }],
      who: { x: 1, y: [2] },
      none: null,
    },
    isTainted: false,
    isInRoom: false,
    deciders: { kind: 'owner' },
  };
  it.each([
    ['/to', 'eq', 'ann@home.example', true],
    ['/to', 'ne', 'ann@home.example', false],
    ['/missing', 'ne', 'x', true],
    ['/amount', 'gt', 9, true],
    ['/amount', 'gt', 10, false],
    ['/amount', 'gte', 10, true],
    ['/amount', 'lt', 10, false],
    ['/amount', 'lte', 10, true],
    ['/to', 'gt', 9, false],
    ['/amount', 'gt', '9', false],
    ['/to', 'in', ['bob', 'ann@home.example'], true],
    ['/to', 'in', 'ann@home.example', false],
    ['/to', 'startsWith', 'ann@', true],
    ['/to', 'contains', '@home', true],
    ['/tags', 'contains', 'a', true],
    ['/tags', 'contains', { c: 2, b: 1 }, true],
    ['/who', 'eq', { y: [2], x: 1 }, true],
    ['/who', 'eq', { y: [2], x: 1, z: 0 }, false],
    ['/who/y/0', 'eq', 2, true],
    ['/who/y/-1', 'exists', true, false],
    ['/none', 'exists', true, true],
    ['/none', 'eq', null, true],
    ['/missing', 'eq', null, false],
    ['/missing', 'exists', false, true],
    ['/constructor', 'exists', true, false],
    ['/to/length', 'exists', true, false],
  ] as const)('%s %s %j holds: %j', (path, op, value, isHeld) => {
    const rule: PolicyRule = policyRuleSchema.parse({ args: [{ path, op, value }], action: 'deny' });
    expect(judge(call, rule)).toBe(isHeld ? 'deny' : 'allow');
  });
});
