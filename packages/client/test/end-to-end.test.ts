import type { ConversationState, RunState } from '@aura/contract';
import { expect, test } from 'vitest';
import { type AuraClient, createAuraClient, memoryStorage, newClientId } from '../src/index.ts';
import { PASSWORD, signUp, startRealServer } from './real-server.ts';

function watch(client: AuraClient, conversationId: string) {
  const ended = new AbortController();
  const seen: { state: ConversationState | null } = { state: null };
  void client.followConversation(conversationId, {
    onState: (state) => (seen.state = state),
    signal: ended.signal,
  });
  const runs = (): RunState[] => Object.values(seen.state?.runs ?? {});
  return { seen, runs, [Symbol.dispose]: () => ended.abort() };
}

const ask = async (client: AuraClient, text: string): Promise<string> => {
  const { conversation } = await client.conversation.create.mutate({
    clientId: newClientId(),
    message: { text },
  });
  return conversation.id;
};

test('registers, asks, and follows thought, plan, tool and answer to the state a fresh reader gets', async () => {
  await using server = await startRealServer();
  await using client = createAuraClient({ url: server.url });
  await signUp(client);
  const script = '#think hmm\n#plan look | answer\n#tool clock_now {}\n#say It is late.';
  const conversationId = await ask(client, script);
  using follower = watch(client, conversationId);

  await expect.poll(() => follower.runs()[0]?.status).toBe('completed');

  const kinds = follower.runs()[0]?.items.map(({ kind }) => kind);
  expect(new Set(kinds)).toEqual(new Set(['thought', 'plan', 'tool', 'text']));
  expect(follower.seen.state?.messages.at(-1)).toMatchObject({ role: 'assistant', text: 'It is late.' });
  const fresh = await client.conversation.get.query({ conversationId });
  await expect.poll(() => follower.seen.state).toEqual(fresh.state);
});

test('loses and doubles nothing when the cable is pulled again and again in mid-answer', async () => {
  await using server = await startRealServer();
  await using client = createAuraClient({ url: server.url });
  await signUp(client);
  const conversationId = await ask(client, '#delay 4\n#repeat 400 t');
  using follower = watch(client, conversationId);
  const seqs: number[] = [];
  const raw = client.conversation.events.subscribe(
    { conversationId },
    { onData: ({ data }) => void seqs.push(data.seq) },
  );
  for (let round = 1; round <= 4; round++) {
    await expect.poll(() => JSON.stringify(follower.runs()).includes(`t ${round * 60} `)).toBe(true);
    server.cut();
  }
  await expect.poll(() => follower.runs()[0]?.status, { timeout: 15_000 }).toBe('completed');

  const tokens = Array.from({ length: 400 }, (_, index) => `t ${index + 1}`).join(' ');
  expect(follower.seen.state?.messages.at(-1)?.text.trim()).toBe(tokens);
  const fresh = await client.conversation.get.query({ conversationId });
  await expect.poll(() => follower.seen.state).toEqual(fresh.state);
  const head = Number(fresh.cursor.split('.').at(-1));
  await expect.poll(() => seqs.length).toBe(head);
  expect(seqs).toEqual(Array.from({ length: head }, (_, index) => index + 1));
  raw.unsubscribe();
});

test('sends a message once however often the call is repeated, and tells a reused clientId', async () => {
  await using server = await startRealServer();
  await using client = createAuraClient({ url: server.url });
  await signUp(client);
  const { conversation } = await client.conversation.create.mutate({ clientId: newClientId() });
  const message = { conversationId: conversation.id, text: '#say hi', clientId: newClientId() };

  const answers = await Promise.all(
    Array.from({ length: 8 }, () => client.conversation.send.mutate(message)),
  );

  expect(new Set(answers.map(({ messageId }) => messageId)).size).toBe(1);
  await expect(client.conversation.send.mutate({ ...message, text: 'other' })).rejects.toMatchObject({
    name: 'AuraError',
    code: 'IDEMPOTENCY_CONFLICT',
  });
  const { messages } = await client.conversation.messages.query({ conversationId: conversation.id });
  expect(messages.filter(({ role }) => role === 'user')).toHaveLength(1);
});

test('stops a run from another client, and keeps what had been said', async () => {
  await using server = await startRealServer();
  await using client = createAuraClient({ url: server.url });
  const { email } = await signUp(client);
  await using other = createAuraClient({ url: server.url });
  await other.signIn({ email, password: PASSWORD });
  const conversationId = await ask(client, '#delay 20\n#repeat 2000 t');
  using follower = watch(client, conversationId);
  await expect.poll(() => JSON.stringify(follower.runs()).includes('t 5 ')).toBe(true);

  const [run] = follower.runs();
  await other.agent.stop.mutate({ runId: run?.id ?? '' });

  await expect.poll(() => follower.runs()[0]?.status, { timeout: 2_000 }).toBe('cancelled');
  expect(follower.seen.state?.messages.at(-1)).toMatchObject({ role: 'assistant', isComplete: false });
  expect(follower.seen.state?.messages.at(-1)?.text).toContain('t 5 ');
});

test('follows one run to its end', async () => {
  await using server = await startRealServer();
  await using client = createAuraClient({ url: server.url });
  await signUp(client);
  const created = await client.conversation.create.mutate({
    clientId: newClientId(),
    message: { text: '#say done' },
  });
  const statuses: string[] = [];
  let last: RunState | null = null;
  await client.followRun(created.runId ?? '', {
    onState: (state) => (last = state),
    onStatus: ({ status }) => void statuses.push(status),
    signal: AbortSignal.timeout(8_000),
  });
  expect(last).toMatchObject({ status: 'completed' });
  expect(statuses.at(-1)).toBe('ended');
});

test('a session revoked from another device is signed out within five seconds', async () => {
  await using server = await startRealServer();
  await using phone = createAuraClient({ url: server.url });
  const { email } = await signUp(phone);
  await using laptop = createAuraClient({ url: server.url });
  const { sessionId } = await laptop.signIn({ email, password: PASSWORD });
  const conversationId = await ask(laptop, '#say hi');
  using _follower = watch(laptop, conversationId);
  await expect.poll(() => laptop.connection.get().state).toBe('online');

  await phone.auth.revokeSession.mutate({ sessionId });

  await expect
    .poll(() => laptop.session.get(), { timeout: 5_000 })
    .toEqual({ status: 'signedOut', reason: 'revoked' });
  expect(phone.session.get().status).toBe('signedIn');
});

test('50 calls of two tabs with a stale token: one refresh, and every call answered', async () => {
  await using server = await startRealServer();
  const storage = memoryStorage();
  await using first = createAuraClient({ url: server.url, storage });
  await signUp(first);
  first.close();
  // The page was asleep for a day.
  const key = `aura.session:${server.url}`;
  const stored: unknown = JSON.parse((await storage.get(key)) ?? '{}');
  await storage.set(key, JSON.stringify(Object.assign({}, stored, { sentAt: Date.now() - 86_400_000 })));
  let refreshes = 0;
  const counting: typeof fetch = (input, init) => {
    if (new Request(input, init).url.includes('auth.refresh')) refreshes += 1;
    return fetch(input, init);
  };
  await using one = createAuraClient({ url: server.url, storage, fetch: counting });
  await using two = createAuraClient({ url: server.url, storage, fetch: counting });

  const calls = Array.from({ length: 25 }, () => [one.auth.me.query(), two.auth.me.query()]).flat();
  const answers = await Promise.all(calls);

  expect(answers).toHaveLength(50);
  expect(refreshes).toBe(1);
});

test('a change of tenant keeps the user signed in and shows nothing of the old one', async () => {
  await using server = await startRealServer();
  await using client = createAuraClient({ url: server.url });
  const { userId } = await signUp(client);
  const conversationId = await ask(client, '#say hi');
  using follower = watch(client, conversationId);
  await expect.poll(() => client.connection.get().state).toBe('online');
  const tenantId = await server.addTenant(userId);
  const statuses: string[] = [];
  const stop = client.session.subscribe(({ status }) => void statuses.push(status));

  await client.switchTenant(tenantId);

  await expect(client.auth.me.query()).resolves.toMatchObject({ tenantId });
  await expect(client.conversation.get.query({ conversationId })).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
  await expect.poll(() => client.connection.get().state).toBe('idle');
  expect(new Set(statuses)).toEqual(new Set(['signedIn']));
  expect(follower.seen.state?.conversation.id).toBe(conversationId);
  stop();
});
