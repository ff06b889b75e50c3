import { afterAll, expect, test } from 'vitest';
import { type AuraClient, createAuraClient, memoryStorage, newClientId } from '../src/index.ts';
import { signUp, startRealServer } from './real-server.ts';

// The server comes first: with a document around, its model client would take the process for a browser.
const server = await startRealServer();
const { renderHook } = await import('./render.ts');
const {
  useBan,
  useCreateRoom,
  useInbox,
  useJoinRoom,
  useRoom,
  useRoomBans,
  useRoomPins,
  useRooms,
  useRoomSearch,
  useThread,
  useUnban,
} = await import('../src/react/index.ts');

afterAll(() => server[Symbol.asyncDispose]());

interface Person extends AsyncDisposable {
  client: AuraClient;
  userId: string;
}

async function addPerson(): Promise<Person> {
  const client = createAuraClient({ url: server.url, storage: memoryStorage() });
  const { userId } = await signUp(client);
  return { client, userId, [Symbol.asyncDispose]: () => client[Symbol.asyncDispose]() };
}

test('useRoom: everything that two people do is the same for both, over a cut connection', async () => {
  await using anna = await addPerson();
  await using ben = await addPerson();
  using create = await renderHook(anna.client, useCreateRoom);
  const { id } = await create.current.mutateAsync({ name: 'Both', userIds: [ben.userId] });
  using annas = await renderHook(anna.client, () => useRoom(id));
  using bens = await renderHook(ben.client, () => useRoom(id));
  await expect.poll(() => [annas.current.status, bens.current.status]).toEqual(['ready', 'ready']);
  const texts = () => annas.current.state?.messages.map(({ text }) => text);

  annas.current.send({ text: 'one', mentions: [ben.userId] });
  annas.current.send({ text: 'two' });
  await expect.poll(texts).toEqual(['one', 'two']);
  expect(annas.current.pending).toEqual([]);
  await expect.poll(() => bens.current.state?.messages.length).toBe(2);
  const [one, two] = bens.current.state?.messages ?? [];
  await bens.current.addReaction(one?.id ?? '', '👍');
  server.cut();
  await annas.current.edit(one?.id ?? '', { text: 'ONE' });
  await annas.current.pin(one?.id ?? '');
  await annas.current.remove(two?.id ?? '');
  bens.current.send({ text: 'three' });
  await expect.poll(texts).toEqual(['ONE', '', 'three']);
  await expect.poll(() => bens.current.state).toEqual(annas.current.state);
  const fresh = await ben.client.chat.getRoom.query({ roomId: id });
  expect(bens.current.state).toEqual(fresh.state);
  expect(fresh.state).toMatchObject({
    pins: [one?.id],
    messages: [{ reactions: [{ emoji: '👍' }] }, {}, {}],
  });

  bens.current.noteTyping();
  await expect.poll(() => [...annas.current.typing]).toEqual([ben.userId]);
  expect([...bens.current.typing]).toEqual([]);
  expect(annas.current.online.has(ben.userId)).toBe(true);
  bens.current.stopTyping();
  await expect.poll(() => [...annas.current.typing]).toEqual([]);
});

test('useInbox counts what others say until it is read; useRooms and useJoinRoom lead into a room', async () => {
  await using anna = await addPerson();
  await using ben = await addPerson();
  const roomOf = async (name: string) =>
    (await anna.client.chat.createRoom.mutate({ clientId: newClientId(), name, isPublic: true })).id;
  const id = await roomOf('Open to all');
  using view = await renderHook(ben.client, () => useRoom(id));
  await expect.poll(() => view.current.error?.code).toBe('FORBIDDEN');
  using inbox = await renderHook(ben.client, useInbox);
  using directory = await renderHook(ben.client, () => useRooms({ scope: 'public', query: 'open ALL' }));
  await expect
    .poll(() => directory.current.rooms.map(({ room, role }) => [room.id, role]))
    .toEqual([[id, null]]);
  await expect.poll(() => inbox.current.status).toBe('ready');
  expect(inbox.current.rooms).toEqual([]);

  using join = await renderHook(ben.client, useJoinRoom);
  await join.current.mutateAsync({ roomId: id });
  await expect.poll(() => view.current.status).toBe('ready');
  await expect.poll(() => inbox.current.rooms.map(({ room }) => room.id)).toEqual([id]);

  const say = (text: string, mentions: string[] = []) =>
    anna.client.chat.postMessage.mutate({ roomId: id, text, mentions, clientId: newClientId() });
  await say('hello');
  await say('@you', [ben.userId]);
  await expect.poll(() => [inbox.current.unreadCount, inbox.current.mentionCount]).toEqual([2, 1]);
  await expect.poll(() => view.current.state?.messages.length).toBe(2);
  view.current.markRead();
  await expect.poll(() => [inbox.current.unreadCount, inbox.current.mentionCount]).toEqual([0, 0]);
});

test('useThread: replies and files, for both alike; loadOlder reaches the first message', async () => {
  await using anna = await addPerson();
  await using ben = await addPerson();
  const input = { clientId: newClientId(), name: 'Long', userIds: [ben.userId] };
  const { id } = await anna.client.chat.createRoom.mutate(input);
  using room = await renderHook(anna.client, () => useRoom(id));
  await expect.poll(() => room.current.status).toBe('ready');
  for (let index = 0; index < 70; index++) room.current.send({ text: `m${index}` });
  await expect.poll(() => room.current.state?.messages.length, { timeout: 20_000 }).toBe(70);
  const first = room.current.state?.messages[0]?.id ?? '';

  using bens = await renderHook(ben.client, () => useRoom(id));
  await expect.poll(() => bens.current.state?.messages.length).toBe(50);
  bens.current.loadOlder();
  await expect.poll(() => bens.current.state?.messages).toEqual(room.current.state?.messages);

  using annas = await renderHook(anna.client, () => useThread(id, first));
  using other = await renderHook(ben.client, () => useThread(id, first));
  await expect.poll(() => [annas.current.status, other.current.status]).toEqual(['ready', 'ready']);
  const file = await ben.client.uploadAttachment(id, new Blob(['hello'], { type: 'text/plain' }), {
    name: 'a file.txt',
  });
  expect(file).toMatchObject({ name: 'a file.txt', mediaType: 'text/plain', bytes: 5 });
  other.current.reply({ text: 'first', attachments: [file] });
  annas.current.reply({ text: 'second' });
  await expect.poll(() => annas.current.replies.length).toBe(2);
  await expect.poll(() => other.current.replies).toEqual(annas.current.replies);
  expect(annas.current.replies.find(({ text }) => text === 'first')?.attachments).toEqual([file]);
  await expect.poll(() => [annas.current.pending, other.current.pending]).toEqual([[], []]);
  // The message is one that was loaded as an older one.
  await expect.poll(() => bens.current.state?.messages[0]?.replyCount).toBe(2);
  const outside = anna.client.uploadAttachment(crypto.randomUUID(), new Blob(['x']), { name: 'x' });
  await expect(outside).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('messages beside the list: the pins, what a search found, a thread far back and a reply far back in it, all kept current', async () => {
  await using anna = await addPerson();
  await using ben = await addPerson();
  const input = { clientId: newClientId(), name: 'Beside', userIds: [ben.userId] };
  const { id: roomId } = await anna.client.chat.createRoom.mutate(input);
  const say = async (text: string, threadOf?: string) =>
    await anna.client.chat.postMessage.mutate({ roomId, text, threadOf, clientId: newClientId() });
  const { messageId } = await say('the first');
  const reply = await say('the first reply', messageId);
  for (let index = 0; index < 55; index++) await say(`reply ${index}`, messageId);
  for (let index = 0; index < 55; index++) await say(`line ${index}`);
  await anna.client.chat.pin.mutate({ roomId, messageId });

  using pins = await renderHook(ben.client, () => useRoomPins(roomId));
  using search = await renderHook(ben.client, () => useRoomSearch({ roomId, query: 'first' }));
  const unknown = crypto.randomUUID();
  using none = await renderHook(ben.client, () => useThread(roomId, unknown));
  using thread = await renderHook(ben.client, () => useThread(roomId, messageId));
  const shown = () => [
    thread.current.message?.text,
    ...pins.current.messages.map(({ text }) => text),
    ...search.current.messages.map(({ text }) => text),
  ];
  await expect.poll(shown).toEqual(['the first', 'the first', 'the first reply', 'the first']);
  await expect.poll(() => none.current.status).toBe('notFound');
  await anna.client.chat.editMessage.mutate({ roomId, messageId, text: 'changed' });
  await anna.client.chat.deleteMessage.mutate({ roomId, messageId: reply.messageId });
  await expect.poll(shown).toEqual(['changed', 'changed', '', 'changed']);
  await anna.client.chat.pin.mutate({ roomId, messageId, isPinned: false });
  await expect.poll(() => pins.current.messages).toEqual([]);

  await expect.poll(() => thread.current.status).toBe('ready');
  expect(thread.current.replies.some(({ id }) => id === reply.messageId)).toBe(false);
  expect(await thread.current.loadUntil(reply.seq)).toBe(true);
  await expect.poll(() => thread.current.replies[0]?.id).toBe(reply.messageId);
  expect(await thread.current.loadUntil(0)).toBe(false);
});

test('useThread: what the agent does in it, for whoever was there and whoever comes later; the room shows that it works', async () => {
  await using anna = await addPerson();
  await using ben = await addPerson();
  const input = { clientId: newClientId(), name: 'Threads', userIds: [ben.userId] };
  const { id } = await anna.client.chat.createRoom.mutate(input);
  using room = await renderHook(ben.client, () => useRoom(id));
  await expect.poll(() => room.current.status).toBe('ready');
  room.current.send({ text: 'root' });
  await expect.poll(() => room.current.state?.messages.length).toBe(1);
  const root = room.current.state?.messages[0]?.id ?? '';
  using early = await renderHook(ben.client, () => useThread(id, root));
  await expect.poll(() => early.current.status).toBe('ready');
  early.current.reply({ text: '@agent\n#tool ask_user {"question":"Which?"}\n#say this one' });
  const active = () => Object.values(room.current.state?.runs ?? {}).map(({ status }) => status);
  await expect.poll(active).toEqual(['waiting']);
  using late = await renderHook(anna.client, () => useThread(id, root));
  await expect.poll(() => late.current.status).toBe('ready');
  expect(late.current.runs).toEqual(early.current.runs);
  const [run] = Object.values(late.current.runs);
  const asked = run?.items.find((item) => item.kind === 'approval');
  if (asked?.kind !== 'approval') throw new Error('nothing was asked');
  const { id: approvalId, argsHash } = asked.approval;
  await ben.client.hitl.respond.mutate({ approvalId, argsHash, answer: 'that' });
  for (const view of [early, late]) {
    await expect.poll(() => view.current.replies.at(-1)?.text).toBe('this one');
  }
  await expect.poll(active).toEqual([]);
  expect(room.current.state?.messages).toMatchObject([{ text: 'root', replyCount: 2 }]);
  await expect.poll(() => late.current.runs).toEqual(early.current.runs);
  expect(Object.values(late.current.runs)).toMatchObject([{ status: 'completed' }]);
  using fresh = await renderHook(anna.client, () => useThread(id, root));
  await expect.poll(() => fresh.current.runs).toEqual(early.current.runs);
});

test('useRoomBans: who was banned shows, by somebody else too, and also who never was in the room; until the ban is lifted', async () => {
  await using anna = await addPerson();
  await using ben = await addPerson();
  await using cleo = await addPerson();
  const input = { clientId: newClientId(), name: 'Bans', userIds: [ben.userId] };
  const { id: roomId } = await anna.client.chat.createRoom.mutate(input);
  await anna.client.chat.setMemberRole.mutate({ roomId, userId: ben.userId, role: 'owner' });
  using view = await renderHook(ben.client, () => ({
    bans: useRoomBans({ roomId }),
    ban: useBan(),
    unban: useUnban(),
  }));
  await expect.poll(() => view.current.bans.status).toBe('ready');
  const banned = () => view.current.bans.bans.map(({ userId }) => userId);
  await anna.client.chat.invite.mutate({ roomId, userIds: [cleo.userId] });
  await anna.client.chat.ban.mutate({ roomId, userId: cleo.userId });
  await expect.poll(banned).toEqual([cleo.userId]);
  await using dora = await addPerson();
  const { userId } = dora;
  await view.current.ban.mutateAsync({ roomId, userId });
  await expect.poll(banned).toEqual([userId, cleo.userId]);
  await view.current.unban.mutateAsync({ roomId, userId: cleo.userId });
  await expect.poll(banned).toEqual([userId]);
});
