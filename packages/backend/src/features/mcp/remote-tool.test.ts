import { describe, expect, it } from 'vitest';
import { readToolList, toolNameOf } from './remote-tool.ts';

const listed = (name: string, more: object = {}): object => ({
  name,
  description: 'd',
  inputSchema: { type: 'object', properties: { a: { type: 'string' }, b: {} } },
  ...more,
});

describe('the name of a remote tool', () => {
  it('is one that every provider takes, and never another tool’s', () => {
    const names = [
      'add',
      'a.b',
      'a/b',
      'a b',
      'a_b',
      '덧셈',
      '뺄셈',
      'x'.repeat(100),
      `${'x'.repeat(100)}y`,
      '__',
      '💥',
    ];
    const made = names.map((name) => toolNameOf('calc', name));
    for (const name of made) expect(name).toMatch(/^calc__[a-zA-Z0-9_-]{1,58}$/);
    expect(new Set(made).size).toBe(names.length);
    expect(toolNameOf('calc', 'add')).toBe('calc__add');
  });
});

describe('a list of remote tools', () => {
  it('is taken up to its limits, and says what was left out and why', () => {
    const nested = JSON.parse(`${'{"not":'.repeat(2_000)}{}${'}'.repeat(2_000)}`);
    const { tools, leftOut } = readToolList('s', [
      listed('large', { inputSchema: { type: 'object', description: 'x'.repeat(16_400) } }),
      listed('nested', { inputSchema: { type: 'object', ...nested } }),
      listed('twice'),
      listed('twice'),
      { name: 'no schema' },
      null,
      ...Array.from({ length: 70 }, (_, at) => listed(`t${at}`)),
    ]);
    expect(tools.length).toBe(64);
    const reasons = Object.fromEntries(leftOut.map(({ name, reason }) => [name, reason]));
    expect(reasons.large).toMatch(/more than 16384 characters/);
    expect(reasons.twice).toMatch(/same name/);
    expect(reasons['no schema']).toMatch(/cannot be read/);
    expect(reasons.t69).toMatch(/at most 64/);
  });

  it('that is read again keeps the tools that are as they were', () => {
    const first = readToolList('s', [listed('a'), listed('b')]).tools;
    const second = readToolList('s', [listed('b'), listed('a', { description: 'new' })], first).tools;
    expect(second.map(({ name }) => name)).toEqual(['b', 'a']);
    expect(second[0]).toBe(first[1]);
    expect(second[1]).not.toBe(first[0]);
  });

  it('has a version for each that follows what it says, and nothing else', () => {
    const versionOf = (item: object): string | undefined => readToolList('s', [item]).tools[0]?.version;
    const first = versionOf(listed('a'));
    expect(versionOf(listed('a', { title: 'other', annotations: { readOnlyHint: true } }))).toBe(first);
    const reordered = { properties: { b: {}, a: { type: 'string' } }, type: 'object' };
    expect(versionOf(listed('a', { inputSchema: reordered }))).toBe(first);
    const changed = [
      listed('b'),
      listed('a', { description: 'e' }),
      listed('a', { inputSchema: { type: 'object' } }),
    ].map(versionOf);
    expect(new Set([first, ...changed]).size).toBe(4);
  });
});
