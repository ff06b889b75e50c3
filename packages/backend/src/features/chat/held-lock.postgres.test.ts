import { EventEmitter, once } from 'node:events';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { withTransaction } from '../../db/transaction.ts';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { lockRoom } from './room-store.ts';
import { createTestRoom, failure, say } from './room-testing.ts';

let test: TestBackend;
beforeAll(async () => {
  test = await createTestBackend();
});
afterAll(async () => await test[Symbol.asyncDispose]());

it('lets messages of other rooms through while a node that hangs holds the lock of one', async () => {
  const held = await createTestRoom(test.backend);
  const free = await createTestRoom(test.backend);
  const bell = new EventEmitter();
  const locked = once(bell, 'locked');
  const hanging = withTransaction(held.owner.ctx, async ({ db }) => {
    const { tenantId } = held.owner.ctx.caller;
    await lockRoom(db, { tenantId, roomId: held.roomId });
    bell.emit('locked');
    await once(bell, 'release');
  });
  await locked;
  const stuck = expect(say(held.owner, held.roomId, 'stuck')).rejects.toMatchObject(failure('TIMEOUT'));
  const others = Array.from(
    { length: 5 },
    async (_, index) => await say(free.owner, free.roomId, `${index}`),
  );
  await Promise.all(others);
  await stuck;
  bell.emit('release');
  await hanging;
  await say(held.owner, held.roomId, 'free again');
  const { messages } = await held.owner.call.chat.messages({ roomId: held.roomId });
  expect(messages.map(({ text }) => text)).toEqual(['free again']);
});
