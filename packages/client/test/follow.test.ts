import type { ConversationState } from '@aura/contract';
import { expect, test } from 'vitest';
import { type AuraClient, createAuraClient, type FollowStatus } from '../src/index.ts';
import { WireError } from './wire-auth.ts';
import { startWireServer } from './wire-server.ts';

const login = { email: 'dev@aura.local', password: 'correct horse' };

/** Follows until the test ends and keeps all that was reported. */
function watch(client: AuraClient, conversationId: string) {
  const ended = new AbortController();
  const seen = { state: null as ConversationState | null, statuses: [] as FollowStatus['status'][] };
  const over = client.followConversation(conversationId, {
    onState: (state) => (seen.state = state),
    onStatus: ({ status }) => void seen.statuses.push(status),
    signal: ended.signal,
  });
  const texts = () => seen.state?.messages.map(({ text }) => text);
  return { seen, texts, over, [Symbol.dispose]: () => ended.abort() };
}

test('loses nothing and doubles nothing over cut connections of every kind', async () => {
  await using server = await startWireServer();
  await using client = createAuraClient({ url: server.url });
  await client.signIn(login);
  const { id, log } = server.addConversation();
  using follower = watch(client, id);
  const expected: string[] = [];
  for (const cut of [undefined, 1012, 4008, 'nudge', 4401, undefined] as const) {
    for (let i = 0; i < 3; i++) expected.push(`m${expected.length}`);
    for (const text of expected.slice(-3)) log.say(text);
    await expect.poll(follower.texts).toEqual(expected);
    if (cut === 'nudge') server.nudge();
    else server.cutSockets(cut);
    log.say(`m${expected.length}`);
    expected.push(`m${expected.length}`);
  }
  await expect.poll(follower.texts).toEqual(expected);
  expect(follower.seen.state).toEqual(log.state);
  expect(client.session.get().status).toBe('signedIn');
});

test('a token refused on the socket is renewed before the next connection', async () => {
  await using server = await startWireServer();
  await using client = createAuraClient({ url: server.url });
  await client.signIn(login);
  const { id, log } = server.addConversation();
  using follower = watch(client, id);
  await expect.poll(() => follower.seen.statuses.at(-1)).toBe('live');
  server.auth.expireAccessTokens();
  server.cutSockets(1012);
  log.say('after');
  await expect.poll(follower.texts).toEqual(['after']);
  expect(server.auth.refreshes).toBe(1);
});

test('a subscription refused for its token opens the connection anew, once', async () => {
  await using server = await startWireServer();
  await using client = createAuraClient({ url: server.url });
  await client.signIn(login);
  const one = server.addConversation();
  const two = server.addConversation();
  using first = watch(client, one.id);
  await expect.poll(() => first.seen.statuses.at(-1)).toBe('live');
  server.auth.expireAccessTokens();
  // The HTTP call of the second follower renews the token; its subscription goes over the socket of the old one.
  using second = watch(client, two.id);
  await expect.poll(() => second.seen.statuses.at(-1)).toBe('live');
  one.log.say('one');
  two.log.say('two');
  await expect.poll(first.texts).toEqual(['one']);
  await expect.poll(second.texts).toEqual(['two']);
});

test('an error of the server in mid-feed is followed by a new subscription from the last event', async () => {
  await using server = await startWireServer();
  await using client = createAuraClient({ url: server.url });
  await client.signIn(login);
  const { id, log } = server.addConversation();
  server.feedFaults.push(new WireError('UNAVAILABLE'), new WireError('INTERNAL'));
  using follower = watch(client, id);
  await expect.poll(() => follower.seen.statuses.at(-1)).toBe('live');
  log.say('here');
  await expect.poll(follower.texts).toEqual(['here']);
});

test('what is not there ends with notFound, and a deleted conversation with ended', async () => {
  await using server = await startWireServer();
  await using client = createAuraClient({ url: server.url });
  await client.signIn(login);
  const { id, log } = server.addConversation();
  using absent = watch(client, crypto.randomUUID());
  using follower = watch(client, id);
  await absent.over;
  expect(absent.seen.statuses).toEqual(['loading', 'notFound']);
  log.append({ type: 'conversation_deleted', runId: null, data: {} });
  await follower.over;
  expect(follower.seen.statuses.at(-1)).toBe('ended');
});

test('close code 4403 signs out as revoked, ends what is followed and opens nothing again', async () => {
  await using server = await startWireServer();
  await using client = createAuraClient({ url: server.url });
  const { sessionId } = await client.signIn(login);
  const { id } = server.addConversation();
  using follower = watch(client, id);
  await expect.poll(() => client.connection.get().state).toBe('online');
  server.auth.revoke(sessionId);
  server.cutSockets(4403);
  await follower.over;
  expect(follower.seen.statuses.at(-1)).toBe('signedOut');
  expect(client.session.get()).toEqual({ status: 'signedOut', reason: 'revoked' });
  expect(client.connection.get()).toEqual({ state: 'idle' });
  expect(server.sockets).toHaveLength(1);
});

test('another identity gets a connection of its own', async () => {
  await using server = await startWireServer();
  await using client = createAuraClient({ url: server.url });
  await client.signIn(login);
  const { id } = server.addConversation();
  using before = watch(client, id);
  await expect.poll(() => before.seen.statuses.at(-1)).toBe('live');
  await client.switchTenant(crypto.randomUUID());
  await before.over;
  using after = watch(client, id);
  await expect.poll(() => after.seen.statuses.at(-1)).toBe('live');
  expect(new Set(server.sockets.map(({ accessToken }) => accessToken)).size).toBe(2);
});

test('a raw subscription resumes by itself and is iterable', async () => {
  await using server = await startWireServer();
  await using client = createAuraClient({ url: server.url });
  await client.signIn(login);
  const { id, log } = server.addConversation();
  const seqs: number[] = [];
  for await (const { data } of client.conversation.events.subscribe({ conversationId: id })) {
    seqs.push(data.seq);
    if (data.seq === 5) break;
    if (data.seq === 2) server.cutSockets();
    log.say(`${data.seq}`);
  }
  expect(seqs).toEqual([1, 2, 3, 4, 5]);
});

test('reports connecting and offline while the server is away', { timeout: 30_000 }, async () => {
  const server = await startWireServer();
  await using client = createAuraClient({ url: server.url });
  await client.signIn(login);
  const { id } = server.addConversation();
  using follower = watch(client, id);
  await expect.poll(() => client.connection.get().state).toBe('online');
  await server[Symbol.asyncDispose]();
  await expect.poll(() => client.connection.get().state).toBe('offline');
  expect(client.connection.get().error).toBeDefined();
  await expect.poll(() => follower.seen.statuses.at(-1)).toBe('reconnecting');
});
