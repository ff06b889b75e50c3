import { describe, expect, it } from 'vitest';
import { createSecretBox } from './secret-box.ts';

const box = createSecretBox('a secret for tests, at least thirty-two bytes long');

describe('a sealed secret', () => {
  it('opens again for its place, says nothing of itself, and is new every time', () => {
    for (const text of ['', 'tok€n', 'x'.repeat(8_000)]) {
      const sealed = box.seal(text, 'tenant:server:name');
      expect(box.open(sealed, 'tenant:server:name')).toBe(text);
      if (text !== '') expect(sealed).not.toContain(text);
      expect(box.seal(text, 'tenant:server:name')).not.toBe(sealed);
    }
  });

  it('opens for no other place, with no other secret, and not when altered', () => {
    const sealed = box.seal('token', 'tenant:server:name');
    expect(box.open(sealed, 'another:server:name')).toBe(null);
    expect(
      createSecretBox('another secret, at least thirty-two bytes long').open(sealed, 'tenant:server:name'),
    ).toBe(null);
    for (const at of [3, 10, 20, sealed.length - 3]) {
      const letter = sealed[at] === 'A' ? 'B' : 'A';
      expect(box.open(sealed.slice(0, at) + letter + sealed.slice(at + 1), 'tenant:server:name')).toBe(null);
    }
    for (const other of ['', 'v1.', 'v1.AAAA', 'token', sealed.slice(0, -4)]) {
      expect(box.open(other, 'tenant:server:name')).toBe(null);
    }
  });
});
