import { afterAll, expect, test } from 'vitest';
import { createAuraClient, memoryStorage, newClientId } from '../src/index.ts';
import { PASSWORD, signUp, startRealServer } from './real-server.ts';

// The server comes first: with a document around, its model client would take the process for a browser.
const server = await startRealServer();
const { renderHook } = await import('./render.ts');
const {
  useConnection,
  useConversation,
  useConversations,
  useCreateConversation,
  useDeleteConversation,
  useModels,
  useUpdateConversation,
} = await import('../src/react/index.ts');

afterAll(() => server[Symbol.asyncDispose]());

test('useConversation: asks, stops, loads older messages, and tells what is not there', async () => {
  await using client = createAuraClient({ url: server.url, storage: memoryStorage() });
  const { email } = await signUp(client);
  using create = await renderHook(client, useCreateConversation);
  const id = await create.current.mutateAsync({ text: '#say 0' });
  using view = await renderHook(client, () => useConversation(id));
  const count = () => view.current.state?.messages.length ?? 0;
  const isIdle = () => view.current.state?.conversation.activeRunId === null;
  for (let i = 1; i <= 26; i++) {
    await expect.poll(() => count() === 2 * i && isIdle()).toBe(true);
    view.current.send(`#say ${i}`);
  }
  await expect.poll(() => count() === 54 && isIdle()).toBe(true);

  view.current.send('#delay 20\n#repeat 500 t');
  await expect.poll(() => JSON.stringify(view.current.state?.runs).includes('t 3 ')).toBe(true);
  await view.current.stop();
  await expect.poll(isIdle).toBe(true);
  expect(view.current.state?.messages.at(-1)).toMatchObject({ role: 'assistant', isComplete: false });

  await using fresh = createAuraClient({ url: server.url, storage: memoryStorage() });
  await fresh.signIn({ email, password: PASSWORD });
  using short = await renderHook(fresh, () => useConversation(id));
  await expect.poll(() => short.current.state?.messages.length).toBe(50);
  expect(short.current.state?.hasOlderMessages).toBe(true);
  short.current.loadOlder();
  await expect.poll(() => short.current.state?.messages).toEqual(view.current.state?.messages);
  expect(short.current.state?.hasOlderMessages).toBe(false);

  const nowhere = crypto.randomUUID();
  using absent = await renderHook(client, () => useConversation(nowhere));
  await expect.poll(() => absent.current.status).toBe('notFound');
});

test('useConversations follows what another device does', async () => {
  await using client = createAuraClient({ url: server.url, storage: memoryStorage() });
  const { email } = await signUp(client);
  await using phone = createAuraClient({ url: server.url, storage: memoryStorage() });
  await phone.signIn({ email, password: PASSWORD });
  using list = await renderHook(client, () => useConversations());
  using archive = await renderHook(client, () => useConversations({ isArchived: true }));
  const titles = () => list.current.conversations.map(({ title }) => title);
  await expect.poll(() => [list.current.status, archive.current.status]).toEqual(['ready', 'ready']);

  const make = async (title: string) =>
    (await phone.conversation.create.mutate({ clientId: newClientId(), title })).conversation.id;
  const a = await make('a');
  await make('b');
  await expect.poll(titles).toEqual(['b', 'a']);
  await phone.conversation.update.mutate({ conversationId: a, isPinned: true, title: 'A' });
  await expect.poll(titles).toEqual(['A', 'b']);
  server.cut();
  await phone.conversation.update.mutate({ conversationId: a, isArchived: true });
  await expect.poll(titles).toEqual(['b']);
  await expect.poll(() => archive.current.conversations.map(({ title }) => title)).toEqual(['A']);
  await phone.conversation.delete.mutate({ conversationId: a });
  await expect.poll(() => archive.current.conversations).toEqual([]);

  using update = await renderHook(client, useUpdateConversation);
  using remove = await renderHook(client, useDeleteConversation);
  const [b] = list.current.conversations;
  await update.current.mutateAsync({ conversationId: b?.id ?? '', title: 'B' });
  await expect.poll(titles).toEqual(['B']);
  await remove.current.mutateAsync({ conversationId: b?.id ?? '' });
  await expect.poll(titles).toEqual([]);
});

test('useModels, useConnection', async () => {
  await using client = createAuraClient({ url: server.url, storage: memoryStorage() });
  await signUp(client);
  using models = await renderHook(client, useModels);
  using connection = await renderHook(client, useConnection);
  await expect.poll(() => models.current.data?.some(({ isDefault }) => isDefault)).toBe(true);
  expect(connection.current).toEqual({ state: 'idle' });
  using _list = await renderHook(client, () => useConversations());
  await expect.poll(() => connection.current.state).toBe('online');
});
