import { randomUUID } from 'node:crypto';
import { getTRPCErrorFromUnknown, isTrackedEnvelope } from '@trpc/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestCaller, createTestTenant, type TestCaller } from '../../testing/test-caller.ts';
import { untilDone } from '../../testing/conversations.ts';
import { errorData, publicMessage } from '../../trpc/errors.ts';

let test: TestBackend;
const strangers: Record<string, TestCaller> = {};
const mine = { conversationId: '', runId: '' };
const deleted = { conversationId: '', runId: '' };
beforeAll(async () => {
  test = await createTestBackend();
  const owner = await createTestCaller(test.backend);
  for (const ids of [mine, deleted]) {
    const made = await owner.call.conversation.create({
      clientId: randomUUID(),
      message: { text: '#say hi' },
    });
    Object.assign(ids, { conversationId: made.conversation.id, runId: made.runId });
    await untilDone(owner, ids.conversationId, ids.runId);
  }
  await owner.call.conversation.delete(deleted);
  strangers['another user'] = await createTestCaller(test.backend);
  strangers['an administrator'] = await createTestCaller(test.backend, { role: 'admin' });
  strangers['a guest'] = await createTestCaller(test.backend, { role: 'guest' });
  const tenantId = await createTestTenant(test.backend);
  strangers['somebody of another tenant'] = await createTestCaller(test.backend, { tenantId });
  strangers['the owner, of what was deleted,'] = owner;
});
afterAll(async () => await test[Symbol.asyncDispose]());

type Ids = typeof mine;
const clientId = randomUUID();
const procedures: Record<string, (call: TestCaller['call'], ids: Ids) => Promise<unknown>> = {
  'conversation.get': async (call, ids) => await call.conversation.get(ids),
  'conversation.update': async (call, ids) => await call.conversation.update({ ...ids, title: 'mine now' }),
  'conversation.delete': async (call, ids) => await call.conversation.delete(ids),
  'conversation.messages': async (call, ids) => await call.conversation.messages(ids),
  'conversation.send': async (call, ids) => await call.conversation.send({ ...ids, clientId, text: 'hi' }),
  'conversation.events': async (call, ids) => await firstOf(await call.conversation.events(ids)),
  'conversation.checkpoints': async (call, ids) => await call.conversation.checkpoints(ids),
  'conversation.checkpoint': async (call, ids) =>
    await call.conversation.checkpoint({ ...ids, checkpointId: `${ids.runId}.1` }),
  'conversation.deleteCheckpoints': async (call, ids) => await call.conversation.deleteCheckpoints(ids),
  'conversation.fork': async (call, ids) =>
    await call.conversation.fork({ ...ids, clientId, checkpointId: `${ids.runId}.1` }),
  'conversation.editMessage': async (call, ids) =>
    await call.conversation.editMessage({ ...ids, clientId, messageId: ids.runId, text: 'hi' }),
  'conversation.regenerate': async (call, ids) => await call.conversation.regenerate({ ...ids, clientId }),
  'memory.add': async (call, ids) => await call.memory.add({ ...ids, clientId, role: 'user', text: 'hi' }),
  'memory.recentContext': async (call, ids) => await call.memory.recentContext({ ...ids, messages: 9 }),
  'memory.history': async (call, ids) => await call.memory.history(ids),
  'memory.threadStats': async (call, ids) => await call.memory.threadStats(ids),
  'memory.clear': async (call, ids) => await call.memory.clear(ids),
  'agent.get': async (call, ids) => await call.agent.get(ids),
  'agent.list': async (call, { conversationId }) => await call.agent.list({ conversationId }),
  'agent.stop': async (call, ids) => await call.agent.stop(ids),
  'agent.events': async (call, ids) => await firstOf(await call.agent.events(ids)),
};

async function firstOf(feed: AsyncIterable<unknown>): Promise<unknown> {
  for await (const event of feed) return isTrackedEnvelope(event) ? event[1] : event;
  return 'the feed ended';
}

/** All a client sees of the answer. */
async function answerOf(attempt: Promise<unknown>): Promise<string> {
  return await attempt.then(
    (value) => JSON.stringify(value),
    (cause: unknown) => {
      const err = getTRPCErrorFromUnknown(cause);
      return JSON.stringify([err.code, publicMessage(err), errorData(err, null)]);
    },
  );
}

describe.each(Object.entries(procedures))('%s', (name, call) => {
  it.each([
    'another user',
    'an administrator',
    'a guest',
    'somebody of another tenant',
    'the owner, of what was deleted,',
  ])('answers %s as if there were no such thing', async (who) => {
    const { call: procedure } = strangers[who] ?? {};
    if (procedure === undefined) throw new Error('nobody');
    const hidden = who.startsWith('the owner') ? deleted : mine;
    const missing = { conversationId: randomUUID(), runId: randomUUID() };
    const answer = await answerOf(call(procedure, hidden));
    expect(answer).toBe(await answerOf(call(procedure, missing)));
    if (who !== 'a guest' && name !== 'agent.list') expect(answer).toContain('NOT_FOUND');
  });
});
