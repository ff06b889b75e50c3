import { expect, it } from 'vitest';
import { secretId, secretRing } from './secret-ring.ts';

const SECRET = 'a secret for tests, at least thirty-two bytes long';

it('signs with the secret of now and keeps each once', () => {
  const previousJwtSecrets = [`${SECRET}!`, SECRET];
  expect(secretRing({ jwtSecret: SECRET, previousJwtSecrets })).toEqual([SECRET, `${SECRET}!`]);
});

it('takes no short secret, now or before', () => {
  expect(() => secretRing({ jwtSecret: 'short' })).toThrow('at least 32 bytes');
  expect(() => secretRing({ jwtSecret: SECRET, previousJwtSecrets: ['short'] })).toThrow('at least 32 bytes');
});

it('names a secret without telling it', () => {
  expect(secretId(SECRET)).toMatch(/^[\w-]{11}$/);
  expect(secretId(SECRET)).not.toBe(secretId(`${SECRET}!`));
});
