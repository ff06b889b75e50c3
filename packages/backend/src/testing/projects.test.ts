import { expect, it } from 'vitest';

it('runs each project on its own database, however many run at once', () => {
  const names = Object.keys(process.env).filter((name) => /^AURA_TEST_(PGLITE|DATABASE|REDIS)/.test(name));
  expect([['AURA_TEST_PGLITE_IMAGE'], ['AURA_TEST_DATABASE_URL', 'AURA_TEST_REDIS_URL']]).toContainEqual(
    names.toSorted(),
  );
});
