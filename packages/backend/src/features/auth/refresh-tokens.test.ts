import { randomBytes, randomUUID } from 'node:crypto';
import { assert, integer, property, uuid } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRefreshTokens } from './refresh-tokens.ts';

const SECRET = 'a secret for tests, at least thirty-two bytes long';
const tokens = createRefreshTokens({ secrets: [SECRET] });

describe('refresh tokens', () => {
  it('say which use of which session they are, and are the same every time', () => {
    assert(
      property(uuid(), integer({ min: 1, max: 2 ** 31 - 1 }), (sessionId, generation) => {
        const token = tokens.issue({ sessionId, generation });
        expect(tokens.parse(token)).toEqual({ sessionId, generation });
        expect(tokens.issue({ sessionId, generation })).toBe(token);
        expect(tokens.issue({ sessionId, generation: generation + 1 })).not.toBe(token);
        expect(token.length).toBeLessThanOrEqual(200);
      }),
    );
  });

  it('mean nothing when any byte of them is changed', () => {
    const token = tokens.issue({ sessionId: randomUUID(), generation: 7 });
    for (let at = 0; at < token.length; at++) {
      for (const character of ['A', '_', '=', '\0']) {
        const forged = token.slice(0, at) + character + token.slice(at + 1);
        if (forged !== token) expect(tokens.parse(forged)).toBeNull();
      }
    }
  });

  it.each(['', 'ar1_', 'x'.repeat(200), `ar1_${randomBytes(52).toString('base64url')}`, 'ar1_\0'])(
    'are not made up by others: %j',
    (text) => {
      expect(tokens.parse(text)).toBeNull();
    },
  );

  it('are read, and sent again as they were, after the secret has changed', () => {
    const next = createRefreshTokens({ secrets: [`${SECRET}, the next one`, SECRET] });
    const claims = { sessionId: randomUUID(), generation: 3 };
    const old = tokens.issue(claims);
    expect(next.parse(old)).toEqual(claims);
    expect(next.issue(claims)).not.toBe(old);
    expect(next.reissue(claims, tokens.hash(old))).toBe(old);
    expect(next.reissue(claims, tokens.hash('another'))).toBeNull();
  });

  it('of another deployment mean nothing here', () => {
    const other = createRefreshTokens({ secrets: [`${SECRET}!`] });
    expect(tokens.parse(other.issue({ sessionId: randomUUID(), generation: 1 }))).toBeNull();
  });
});
