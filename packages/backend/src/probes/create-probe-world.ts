import { randomUUID } from 'node:crypto';
import type { Role } from '@aura/contract';
import { sql } from 'kysely';
import { z } from 'zod';
import { withSystemTransaction, withTransaction } from '../db/transaction.ts';
import { collectEvents, untilDone } from '../testing/conversations.ts';
import { createTestCaller, type TestCaller } from '../testing/test-caller.ts';
import type { TestServer } from '../testing/test-server.ts';
import type { ProbeKind } from './probe-kinds.ts';

/** Somebody, and one thing of each kind that is theirs; pages and cursors are those of a feed or list, so they are asked for. */
export interface ProbeWorld {
  owner: TestCaller;
  token: string;
  email: string;
  known: Readonly<Partial<Record<ProbeKind, string>>>;
}

/** At least two of whatever there are lists of, so that these have a second page. */
export async function createProbeWorld(
  server: TestServer,
  { role, tenantId, rank }: { role: Role; tenantId?: string; rank: 'first' | 'later' },
): Promise<ProbeWorld> {
  const owner = await createTestCaller(server.node.backend, {
    role,
    ...(tenantId !== undefined && { tenantId }),
  });
  const token = await server.tokenOf(owner.ctx.caller);
  const email = await givePassword(owner);
  // Lists go by names, so what looks like a name must have its place among the caller's own.
  const word = `${rank}x${randomUUID().replaceAll('-', '')}`;
  const known = {
    user: owner.ctx.caller.userId,
    session: await logIn(owner, email),
    tenant: owner.ctx.caller.tenantId,
    word,
    apiKey: (await owner.call.auth.createApiKey({ name: word, scopes: ['read'] })).apiKey.id,
    ...(await haveConversations(owner, word)),
    ...(await haveApprovals(owner, word)),
    ...(await haveRooms(server, owner, word)),
    ...(await haveMemories(owner, word)),
    ...(await haveMcpServer(owner, word)),
    ...(await haveInvitation(owner, word)),
  };
  return { owner, token, email, known: { ...known, attachment: await upload(server, { token, ...known }) } };
}

/** A guest makes nothing; what is theirs is a room that `host` had them in. */
export async function createProbeGuest(server: TestServer, host: ProbeWorld): Promise<ProbeWorld> {
  const { tenantId } = host.owner.ctx.caller;
  const owner = await createTestCaller(server.node.backend, { role: 'guest', tenantId });
  const { userId } = owner.ctx.caller;
  const email = await givePassword(owner);
  const session = await logIn(owner, email);
  const { room = '', roomMessage = '', attachment = '', postId = '', word = '' } = host.known;
  await host.owner.call.chat.invite({ roomId: room, userIds: [userId] });
  return {
    owner,
    token: await server.tokenOf(owner.ctx.caller),
    email,
    known: {
      user: userId,
      session,
      tenant: tenantId,
      room,
      roomMessage,
      attachment,
      postId,
      word,
    },
  };
}

/** Another login of theirs than the one they are probing with. */
async function logIn({ call }: TestCaller, email: string): Promise<string> {
  await call.auth.login({ email, password: 'the password of a probe' });
  const other = (await call.auth.sessions()).find(({ isCurrent }) => !isCurrent);
  if (other === undefined) throw new Error('the login made no session');
  return other.id;
}

async function givePassword({ ctx }: TestCaller): Promise<string> {
  const passwordHash = await ctx.passwordHasher.hash('the password of a probe');
  return await withSystemTransaction(ctx, async ({ db }) => {
    await db.updateTable('users').set({ passwordHash }).where('id', '=', ctx.caller.userId).execute();
    const user = db.selectFrom('users').select('email').where('id', '=', ctx.caller.userId);
    return (await user.executeTakeFirstOrThrow()).email;
  });
}

async function haveConversations(owner: TestCaller, word: string) {
  const clientId = randomUUID();
  const { call } = owner;
  await call.conversation.create({ clientId: randomUUID(), title: word });
  const { conversation } = await call.conversation.create({ clientId: randomUUID(), title: word });
  const conversationId = conversation.id;
  const text = `#tool remember {"key":"k","value":"v"}\n#say ${word}`;
  const { runId, messageId } = await call.conversation.send({ conversationId, clientId, text });
  await untilDone(owner, conversationId, runId);
  const { checkpoints } = await call.conversation.checkpoints({ conversationId });
  const checkpoint = checkpoints[0]?.id ?? '';
  // A question stays open, so that nothing that is sent later begins a run.
  await call.conversation.send({
    conversationId,
    clientId: randomUUID(),
    text: `#tool ask_user {"question":"${word}"}`,
  });
  await collectEvents(owner, conversationId, { until: ({ type }) => type === 'run_waiting' });
  return { clientId, conversation: conversationId, conversationMessage: messageId, run: runId, checkpoint };
}

async function haveApprovals(owner: TestCaller, word: string) {
  const { conversation } = await owner.call.conversation.create({
    clientId: randomUUID(),
    message: { text: `#tool ask_user {"question":"${word}"}` },
  });
  await collectEvents(owner, conversation.id, { until: ({ type }) => type === 'run_waiting' });
  const { approvals } = await owner.call.hitl.list({ conversationId: conversation.id });
  const [approval] = approvals;
  if (approval === undefined) throw new Error('nothing was asked');
  return { approval: approval.id, argsHash: approval.argsHash };
}

async function haveRooms(server: TestServer, { call, ctx }: TestCaller, word: string) {
  const postId = `post-${word}`;
  await call.chat.createRoom({ clientId: randomUUID(), name: word });
  const { id: room } = await call.chat.createRoom({ clientId: randomUUID(), name: word, postId });
  await call.chat.postMessage({ roomId: room, clientId: randomUUID(), text: `${word} once` });
  const posted = await call.chat.postMessage({ roomId: room, clientId: randomUUID(), text: `${word} again` });
  for (let count = 0; count < 2; count++) {
    const { tenantId } = ctx.caller;
    const { ctx: banned } = await createTestCaller(server.node.backend, { tenantId });
    await call.chat.ban({ roomId: room, userId: banned.caller.userId });
  }
  return { postId, room, roomMessage: posted.messageId };
}

async function haveMemories({ call, ctx }: TestCaller, word: string) {
  const memoryKey = `key-${word}`;
  const tenantMemoryKey = `tenant-key-${randomUUID()}`;
  const value = word;
  await call.memory.set({ scope: 'agent', agent: 'aura', key: memoryKey, value });
  await call.memory.set({ scope: 'agent', agent: 'aura', key: `${memoryKey}-2`, value });
  await call.memory.set({ scope: 'user', key: `${memoryKey}-2`, value });
  const { version } = await call.memory.set({ scope: 'user', key: memoryKey, value });
  const own = { memoryKey, memoryVersion: version };
  if (ctx.caller.role !== 'admin') return own;
  await call.memory.set({ scope: 'tenant', key: `${tenantMemoryKey}-2`, value: 'shared' });
  const entry = await call.memory.set({ scope: 'tenant', key: tenantMemoryKey, value: 'shared' });
  return { ...own, tenantMemoryKey, tenantMemoryVersion: entry.version };
}

async function haveMcpServer({ ctx }: TestCaller, word: string) {
  if (ctx.caller.role !== 'admin') return {};
  const mcpServer = randomUUID();
  const mcpName = `m-${word.slice(0, 20)}`;
  await withTransaction(ctx, async ({ db }) => {
    await sql`insert into mcp_servers (id, tenant_id, name, transport, url, headers, env, is_enabled)
      values (${mcpServer}, ${ctx.caller.tenantId}, ${mcpName}, 'http', 'https://mcp.example/', '{}', '{}', false)`.execute(
      db,
    );
  });
  return { mcpServer, mcpName };
}

async function haveInvitation({ call, ctx }: TestCaller, word: string) {
  if (ctx.caller.role !== 'admin') return {};
  const { invitation } = await call.auth.invite({ email: `${word}@probe.example`, role: 'user' });
  return { invitation: invitation.id };
}

async function upload(
  { server }: TestServer,
  { token, room, word }: { token: string; room: string; word: string },
): Promise<string> {
  const response = await fetch(`${server.url}/api/rooms/${room}/attachments?name=${word}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'text/plain' },
    body: word,
  });
  return z.object({ id: z.string() }).parse(await response.json()).id;
}
