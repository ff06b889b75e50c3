import { describe, expect, it } from 'vitest';
import { createTestBackend } from '../../testing/test-backend.ts';
import { visitorOn } from './auth-testing.ts';
import { seedUsers } from './seed-users.ts';

describe('seeding', () => {
  it('makes three users once, however many nodes start at the same time, and their passwords work', async () => {
    await using test = await createTestBackend();
    const rounds = await Promise.all([1, 2, 3].map(async () => await seedUsers(test.backend)));
    const users = rounds.flat();
    expect(users.map(({ email, role }) => `${role} ${email}`)).toEqual([
      'user dev@aura.local',
      'admin admin@aura.local',
      'guest guest@aura.local',
    ]);
    expect(await seedUsers(test.backend)).toEqual([]);
    expect(new Set(users.map(({ password }) => password)).size).toBe(3);
    for (const { email, password, role } of users) {
      expect(password).toMatch(/^([a-z2-9]{4}-){3}[a-z2-9]{4}$/);
      const { identity } = await visitorOn(test.backend).call.auth.login({ email, password });
      expect(identity).toMatchObject({ role, user: { tier: role === 'user' ? 'pro' : 'free' } });
    }
  });
});
