import { argon2Sync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { refusalOf } from './auth-testing.ts';
import { createPasswordHasher } from './password-hasher.ts';
import { formatPhc, parsePhc } from './phc.ts';

const weakHash = (password: string, tagLength = 32): string => {
  const cost = { memoryKib: 1_024, passes: 1, parallelism: 1 };
  const salt = Buffer.from('0123456789abcdef');
  const { passes, parallelism } = cost;
  const tag = argon2Sync('argon2id', {
    message: password,
    nonce: salt,
    memory: cost.memoryKib,
    passes,
    parallelism,
    tagLength,
  });
  return formatPhc({ cost, salt, tag });
};

describe('the password hasher', () => {
  it('knows the password again and no other', async () => {
    const hasher = createPasswordHasher();
    const hash = await hasher.hash('pass wörd 비밀번호');
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
    expect(await hasher.verify('pass wörd 비밀번호', hash)).toEqual({ isMatch: true, needsRehash: false });
    expect(await hasher.verify('pass wörd 비밀번호'.normalize('NFD'), hash)).toMatchObject({ isMatch: true });
    expect(await hasher.verify('pass wörd 비밀번흐', hash)).toEqual({ isMatch: false, needsRehash: false });
    expect(await hasher.hash('pass wörd 비밀번호')).not.toBe(hash);
  });

  it('asks for a new hash when the stored one is weaker than today’s, and only when the password is right', async () => {
    const hasher = createPasswordHasher();
    const hash = weakHash('an old password');
    expect(await hasher.verify('an old password', hash)).toEqual({ isMatch: true, needsRehash: true });
    expect(await hasher.verify('another password', hash)).toEqual({ isMatch: false, needsRehash: false });
  });

  it('works as much for nobody as for somebody', async () => {
    const hasher = createPasswordHasher();
    expect(await hasher.verify('whatever', null)).toEqual({ isMatch: false, needsRehash: false });
    expect(await hasher.verify('', 'not a hash')).toEqual({ isMatch: false, needsRehash: false });
    expect(hasher.computedCount).toBe(2);
  });

  it('refuses at once when too many wait, and serves those that wait', async () => {
    const hasher = createPasswordHasher({ maxConcurrent: 1, maxWaiting: 2 });
    const calls = Array.from({ length: 5 }, async () => await hasher.hash('password'));
    const [, , , fourth, fifth] = calls;
    expect(await refusalOf(fourth ?? Promise.resolve())).toMatchObject({
      code: 'TOO_MANY_REQUESTS',
      retryAfterMs: 2_000,
    });
    expect(await refusalOf(fifth ?? Promise.resolve())).toMatchObject({ code: 'TOO_MANY_REQUESTS' });
    expect(hasher.computedCount).toBeLessThan(3);
    const results = await Promise.allSettled(calls);
    expect(results.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
    ]);
    expect(await hasher.verify('password', await hasher.hash('password'))).toMatchObject({ isMatch: true });
  });

  it.each([
    '',
    '!',
    '$argon2i$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
    '$argon2id$v=19$m=9999999,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
    '$argon2id$v=19$m=4,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
    '$2b$12$abcdefghijklmnopqrstuv',
  ])('takes nothing else for a hash: %j', (text) => {
    expect(parsePhc(text)).toBeNull();
  });
});
