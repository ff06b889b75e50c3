import { expect, it } from 'vitest';
import { createTestBackend } from '../../testing/test-backend.ts';
import { callerOn } from '../../testing/test-caller.ts';
import { seedUsers } from '../auth/seed-users.ts';
import { seedRooms } from './seed-rooms.ts';

it('gives the first users two rooms, once', async () => {
  await using test = await createTestBackend();
  const users = await seedUsers(test.backend);
  await seedRooms(test.backend, users);
  await seedRooms(test.backend, users);
  for (const { userId, tenantId, role } of users) {
    const caller = { userId, tenantId, role, sessionId: userId, scopes: null };
    const { call } = callerOn(test.backend, { ...caller, expiresAt: new Date(Date.now() + 60_000) });
    const { rooms } = await call.chat.listRooms({});
    const memberCounts = Object.fromEntries(rooms.map(({ room, memberCount }) => [room.name, memberCount]));
    expect(memberCounts).toEqual({ General: 3, Team: 3 });
  }
  await seedRooms(test.backend, []);
});
