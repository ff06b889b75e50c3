import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestCaller } from '../../testing/test-caller.ts';
import { failure, idOf } from './room-testing.ts';

let test: TestBackend;
beforeAll(async () => {
  test = await createTestBackend();
});
afterAll(async () => await test[Symbol.asyncDispose]());

describe('chat.createRoom', () => {
  it('makes one room when the call is repeated, also at the same moment, and refuses other contents', async () => {
    const owner = await createTestCaller(test.backend);
    const input = { clientId: randomUUID(), name: 'Plans' };
    const rooms = await Promise.all([1, 2, 3].map(async () => await owner.call.chat.createRoom(input)));
    expect(new Set(rooms.map(({ id }) => id)).size).toBe(1);
    const other = owner.call.chat.createRoom({ ...input, name: 'Other plans' });
    await expect(other).rejects.toMatchObject(failure('IDEMPOTENCY_CONFLICT'));
  });

  it.each([
    { isPublic: false, code: 'NOT_FOUND' as const },
    { isPublic: true, code: 'FORBIDDEN' as const },
  ])(
    'answers a repetition with $code when its caller was banned (public: $isPublic)',
    async ({ isPublic, code }) => {
      const [creator, other] = [await createTestCaller(test.backend), await createTestCaller(test.backend)];
      const input = { clientId: randomUUID(), name: 'Plans', userIds: [idOf(other)], isPublic };
      const { id: roomId } = await creator.call.chat.createRoom(input);
      await creator.call.chat.setMemberRole({ roomId, userId: idOf(other), role: 'owner' });
      await creator.call.chat.setMemberRole({ roomId, userId: idOf(creator), role: 'member' });
      await other.call.chat.ban({ roomId, userId: idOf(creator) });
      await expect(creator.call.chat.createRoom(input)).rejects.toMatchObject(failure(code));
    },
  );
});
