import { renderHook } from './render.ts';
import { expect, test } from 'vitest';
import { type AuraClient, createAuraClient, memoryStorage, type RoomListItem } from '../src/index.ts';
import { useInbox, useRoom, useThread } from '../src/react/index.ts';
import { roomView } from './wire-room.ts';
import { startWireServer, type WireServer } from './wire-server.ts';

async function signIn(server: WireServer): Promise<AuraClient> {
  const client = createAuraClient({ url: server.url, storage: memoryStorage() });
  await client.signIn({ email: 'dev@aura.local', password: 'correct horse battery' });
  return client;
}
const userIdOf = ({ session }: AuraClient): string => {
  const state = session.get();
  return state.status === 'signedIn' ? state.identity.user.id : '';
};
const texts = (messages: readonly { text: string }[] | undefined) => messages?.map(({ text }) => text);

test('messages go out in their order, show until they arrive, and arrive once when the answer got lost', async () => {
  await using server = await startWireServer();
  await using client = await signIn(server);
  const room = server.addRoom();
  using view = await renderHook(client, () => useRoom(room.id));
  await expect.poll(() => view.current.status).toBe('ready');
  server.faults.push({ name: 'postMessage', fault: 'unanswered' });
  const said = ['one', 'two', 'three'];
  for (const text of said) view.current.send({ text });
  await expect.poll(() => texts(view.current.pending)).toEqual(said);
  await expect.poll(() => texts(view.current.state?.messages)).toEqual(said);
  await expect.poll(() => view.current.pending).toEqual([]);
  expect(texts(room.state.messages)).toEqual(said);
});

test('older messages take in what happens to them', async () => {
  await using server = await startWireServer();
  await using client = await signIn(server);
  const room = server.addRoom();
  const ids = Array.from({ length: 12 }, (_, index) => room.say(`m${index}`));
  using view = await renderHook(client, () => useRoom(room.id));
  await expect.poll(() => view.current.state?.messages.length).toBe(5);
  view.current.loadOlder();
  await expect.poll(() => view.current.state?.messages.length).toBe(12);
  room.edit(ids[1] ?? '', 'changed');
  room.say('new');
  room.say('a reply', ids[2]);
  await expect.poll(() => view.current.state?.messages[2]?.replyCount).toBe(1);
  const expected = ['m0', 'changed', ...Array.from({ length: 10 }, (_, index) => `m${index + 2}`), 'new'];
  expect(texts(view.current.state?.messages)).toEqual(expected);
  expect(view.current.state?.hasOlderMessages).toBe(false);
});

test('a jump loads what lies between, and tells when there is no such place', async () => {
  await using server = await startWireServer();
  await using client = await signIn(server);
  const room = server.addRoom();
  for (let index = 0; index < 300; index++) room.say(`m${index}`);
  using view = await renderHook(client, () => useRoom(room.id));
  await expect.poll(() => view.current.status).toBe('ready');
  expect(await view.current.loadUntil(10)).toBe(true);
  await expect.poll(() => view.current.state?.messages.some(({ seq }) => seq === 10)).toBe(true);
  expect(await view.current.loadUntil(0)).toBe(false);
});

test('a thread shows its replies, those on their way, and each once', async () => {
  await using server = await startWireServer();
  await using client = await signIn(server);
  const room = server.addRoom();
  const id = room.say('question');
  room.say('first', id);
  using view = await renderHook(client, () => useThread(room.id, id));
  await expect.poll(() => texts(view.current.replies)).toEqual(['first']);
  server.faults.push({ name: 'postMessage', fault: 'held' });
  view.current.reply({ text: 'second' });
  await expect.poll(() => texts(view.current.pending)).toEqual(['second']);
  room.say('elsewhere');
  server.release();
  await expect.poll(() => texts(view.current.replies)).toEqual(['first', 'second']);
  await expect.poll(() => view.current.pending).toEqual([]);
  using outside = await renderHook(client, () => useRoom(room.id));
  expect(outside.current.pending).toEqual([]);
  expect(texts(outside.current.state?.messages)).toEqual(['question', 'elsewhere']);
  expect(outside.current.state?.messages[0]?.replyCount).toBe(2);
});

test('a thread has the message it is about, also from far back, and keeps it current; it tells when there is none', async () => {
  await using server = await startWireServer();
  await using client = await signIn(server);
  const room = server.addRoom();
  const id = room.say('question');
  for (let index = 0; index < 10; index++) room.say(`m${index}`);
  using outside = await renderHook(client, () => useRoom(room.id));
  await expect.poll(() => outside.current.status).toBe('ready');
  server.rooms.delete(room.id);
  using view = await renderHook(client, () => useThread(room.id, id));
  await expect.poll(() => view.current.status).toBe('error');
  expect(view.current.message).toBeNull();
  server.rooms.set(room.id, room);
  view.current.loadOlder();
  await expect.poll(() => view.current.message?.text).toBe('question');
  expect(view.current).toMatchObject({ status: 'ready', error: null });
  room.edit(id, 'changed');
  room.say('first', id);
  await expect.poll(() => view.current.message).toMatchObject({ text: 'changed', replyCount: 1 });
  room.remove(id);
  await expect.poll(() => view.current.message).toMatchObject({ text: '', replyCount: 1 });
  expect(view.current.message).toEqual(room.thread(id).message);
  const unknown = crypto.randomUUID();
  using none = await renderHook(client, () => useThread(room.id, unknown));
  await expect.poll(() => none.current).toMatchObject({ status: 'notFound', message: null });
});

test('what a thread holds keeps its identity, older replies too, while only other things happen in the room', async () => {
  await using server = await startWireServer();
  await using client = await signIn(server);
  const room = server.addRoom();
  const id = room.say('question');
  for (let index = 0; index < 8; index++) room.say(`r${index}`, id);
  using view = await renderHook(client, () => useThread(room.id, id));
  using outside = await renderHook(client, () => useRoom(room.id));
  await expect.poll(() => view.current.status).toBe('ready');
  view.current.loadOlder();
  await expect.poll(() => view.current.replies.length).toBe(8);
  const { message, replies, runs, pending } = view.current;
  const other = room.say('elsewhere');
  room.say('a reply elsewhere', other);
  await expect.poll(() => outside.current.state?.messages[1]?.replyCount).toBe(1);
  expect(view.current.message).toBe(message);
  expect(view.current.replies).toBe(replies);
  expect(view.current.runs).toBe(runs);
  expect(view.current.pending).toBe(pending);
  room.say('here', id);
  await expect.poll(() => view.current.replies.length).toBe(9);
  expect(view.current.replies[0]).toBe(replies[0]);
});

test('the inbox counts what is unread, and a cut connection brings the list as it stands', async () => {
  await using server = await startWireServer();
  await using client = await signIn(server);
  const item: RoomListItem = {
    room: roomView(crypto.randomUUID()),
    memberCount: 2,
    role: 'member',
    readSeq: 5,
    headSeq: 5,
    unreadCount: 1,
    mentionCount: 0,
    lastMessage: null,
  };
  server.roomList.push(item);
  using view = await renderHook(client, useInbox);
  await expect.poll(() => view.current).toMatchObject({ status: 'ready', unreadCount: 1, mentionCount: 0 });
  const news = [{ seq: 6, authorId: null, isReply: false, mentions: [userIdOf(client)] }];
  server.hints.emit('inbox', {
    type: 'room_activity',
    data: { roomId: item.room.id, lastMessage: null, headSeq: 6, news },
  });
  await expect.poll(() => view.current).toMatchObject({ unreadCount: 2, mentionCount: 1 });
  server.roomList[0] = { ...item, unreadCount: 0, readSeq: 6, headSeq: 6 };
  server.cutSockets();
  await expect.poll(() => view.current).toMatchObject({ unreadCount: 0, mentionCount: 0 });
});

test('who types shows without oneself; typing and reading are told', async () => {
  await using server = await startWireServer();
  await using client = await signIn(server);
  const room = server.addRoom();
  room.say('hello');
  using view = await renderHook(client, () => useRoom(room.id));
  await expect.poll(() => view.current.status).toBe('ready');
  await expect.poll(() => server.hints.listenerCount('presence')).toBeGreaterThan(0);
  const data = { online: ['anna'], offline: [], typing: ['anna', userIdOf(client)], stopped: [] };
  server.hints.emit('presence', { type: 'changed', data });
  await expect.poll(() => [...view.current.typing]).toEqual(['anna']);
  expect([...view.current.online]).toEqual(['anna']);
  view.current.noteTyping();
  view.current.noteTyping();
  view.current.markRead();
  await expect.poll(() => server.told).toEqual([true, 1]);
  view.current.stopTyping();
  await expect.poll(() => server.told).toEqual([true, 1, false]);
});

test('a room that was not joined says so, and is there after joining', async () => {
  await using server = await startWireServer();
  await using client = await signIn(server);
  const room = server.addRoom();
  server.rooms.delete(room.id);
  using view = await renderHook(client, () => useRoom(room.id));
  await expect.poll(() => view.current.error?.code).toBe('FORBIDDEN');
  expect(view.current).toMatchObject({ status: 'error', state: null });
  server.rooms.set(room.id, room);
  view.current.reload();
  await expect.poll(() => view.current.status).toBe('ready');
  expect(view.current.error).toBeNull();
});

test('a reaction shows before the server has it, in a thread too, and goes when it is refused', async () => {
  await using server = await startWireServer();
  await using client = await signIn(server);
  const room = server.addRoom();
  const [id, gone] = [room.say('question'), crypto.randomUUID()];
  const reply = room.say('reply', id);
  using view = await renderHook(client, () => useRoom(room.id));
  using thread = await renderHook(client, () => useThread(room.id, id));
  await expect.poll(() => texts(thread.current.replies)).toEqual(['reply']);
  const reactions = () => [
    view.current.state?.messages[0]?.reactions.map(({ emoji }) => emoji),
    thread.current.message?.reactions.map(({ emoji }) => emoji),
    thread.current.replies[0]?.reactions.map(({ emoji }) => emoji),
  ];
  server.faults.push({ name: 'addReaction', fault: 'held' });
  const added = [view.current.addReaction(id, '👍'), view.current.addReaction(reply, '🎉')];
  await expect.poll(reactions).toEqual([['👍'], ['👍'], ['🎉']]);
  expect(room.state.messages[0]?.reactions).toEqual([]);
  server.release();
  await Promise.all(added);
  expect(room.state.messages[0]?.reactions).toEqual([{ emoji: '👍', userIds: [userIdOf(client)] }]);
  await expect(view.current.addReaction(gone, '👍')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await view.current.removeReaction(id, '👍');
  await expect.poll(reactions).toEqual([[], [], ['🎉']]);
});
