import { applyToRoomMessages, type RoomEvent, type RoomMessageView } from '@aura/contract';
import { expect, test } from 'vitest';
import { AuraError } from '../aura-error.ts';
import { createReactionWishes, type ReactionWish } from './reaction-wishes.ts';

const MESSAGE: RoomMessageView = {
  id: 'm1',
  authorId: 'ben',
  authorName: 'Ben',
  clientId: null,
  text: 'Hello',
  threadOf: null,
  mentions: [],
  attachments: [],
  runId: null,
  isComplete: true,
  reactions: [{ emoji: '👍', userIds: ['ben'] }],
  replyCount: 0,
  lastReplyAt: null,
  editedAt: null,
  deletedAt: null,
  seq: 1,
  createdAt: '2026-01-01T00:00:00.000Z',
};

function start() {
  const calls: { wish: ReactionWish; settle: PromiseWithResolvers<void> }[] = [];
  let base: RoomMessageView[] = [MESSAGE];
  const wishes = createReactionWishes({
    userId: () => 'anna',
    send(wish) {
      const settle = Promise.withResolvers<void>();
      calls.push({ wish, settle });
      return settle.promise;
    },
    onChange: () => undefined,
  });
  const wish = (emoji: string, isThere: boolean) => wishes.wish({ messageId: 'm1', emoji, isThere });
  const happen = (type: 'reaction_added' | 'reaction_removed', emoji: string, userId = 'anna') => {
    const event: RoomEvent = { type, seq: 2, at: '', runId: null, data: { messageId: 'm1', emoji, userId } };
    wishes.onEvent(event);
    base = applyToRoomMessages(base, event, { threadOf: null });
  };
  const shown = () =>
    wishes.apply(base)[0]?.reactions.map(({ emoji, userIds }) => `${emoji} ${userIds.join(' ')}`);
  return { wishes, calls, wish, happen, shown, base: () => base };
}

test('a reaction shows at once, whether its event or its answer comes first, and never twice', async () => {
  const { wishes, calls, wish, happen, shown, base } = start();
  const first = wish('👍', true);
  expect(shown()).toEqual(['👍 ben anna']);
  happen('reaction_added', '👍');
  expect(shown()).toEqual(['👍 ben anna']);
  await expect.poll(() => calls.length).toBe(1);
  calls[0]?.settle.resolve();
  await first;
  expect(shown()).toEqual(['👍 ben anna']);
  expect(wishes.apply(base())).toBe(base());

  const second = wish('🎉', true);
  await expect.poll(() => calls.length).toBe(2);
  calls[1]?.settle.resolve();
  await second;
  expect(shown()).toEqual(['🎉 anna', '👍 ben anna'].toSorted());
  happen('reaction_added', '🎉');
  expect(shown()).toEqual(['🎉 anna', '👍 ben anna'].toSorted());
  happen('reaction_removed', '🎉');
  expect(shown()).toEqual(['👍 ben anna']);
});

test('what is refused is taken back, and says so', async () => {
  const { calls, wish, shown } = start();
  const refused = wish('🎉', true);
  expect(shown()).toEqual(['🎉 anna', '👍 ben'].toSorted());
  await expect.poll(() => calls.length).toBe(1);
  calls[0]?.settle.reject(new AuraError('MUTED', { message: 'muted' }));
  await expect(refused).rejects.toMatchObject({ code: 'MUTED' });
  expect(shown()).toEqual(['👍 ben']);
});

test('who changes their mind sees the last wish, and the calls go out one by one', async () => {
  const { calls, wish, happen, shown } = start();
  const both = [wish('👍', true), wish('👍', false)];
  expect(shown()).toEqual(['👍 ben']);
  await expect.poll(() => calls.length).toBe(1);
  happen('reaction_added', '👍');
  expect(shown()).toEqual(['👍 ben']);
  calls[0]?.settle.resolve();
  await expect.poll(() => calls.map((call) => call.wish.isThere)).toEqual([true, false]);
  calls[1]?.settle.resolve();
  await Promise.all(both);
  expect(shown()).toEqual(['👍 ben']);
  happen('reaction_removed', '👍');
  expect(shown()).toEqual(['👍 ben']);
});

test('what was so already is no wish for long: another device may change it', async () => {
  const { calls, wish, happen, shown } = start();
  happen('reaction_added', '👍');
  const again = wish('👍', true);
  await expect.poll(() => calls.length).toBe(1);
  calls[0]?.settle.resolve();
  await again;
  happen('reaction_removed', '👍');
  expect(shown()).toEqual(['👍 ben']);
});
