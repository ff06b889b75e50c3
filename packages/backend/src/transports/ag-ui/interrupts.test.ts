import { randomUUID } from 'node:crypto';
import { EventType } from '@ag-ui/core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expireOverdue } from '../../features/hitl/expire-approval.ts';
import { createWorkshop, letExpire } from '../../features/hitl/hitl-testing.ts';
import { calls, says, startTestProvider, type TestProvider } from '../../ports/provider-testing.ts';
import { createTestCaller, type TestCaller } from '../../testing/test-caller.ts';
import { createTestServer, type TestServer } from '../../testing/test-server.ts';
import { abandoning, answering, createTestAgent, interruptsOf, shownBy, typesOf } from './ag-ui-testing.ts';

const workshop = createWorkshop();
const { effects } = workshop;

let provider: TestProvider;
let test: TestServer;
let user: TestCaller;
beforeAll(async () => {
  provider = await startTestProvider(says('nothing'));
  const model = { baseUrl: provider.url, apiKey: 'none', models: ['a-model'] as [string] };
  test = await createTestServer({ overrides: { tools: workshop.tools }, config: { model } });
});
afterAll(async () => {
  await test[Symbol.asyncDispose]();
  await provider[Symbol.asyncDispose]();
});
beforeEach(async () => {
  effects.splice(0);
  user = await createTestCaller(test.node.backend);
});

describe('an interrupt', () => {
  it('says what is asked for, how it may be answered and until when, after all that the client is to have', async () => {
    provider.script(calls(['a', 'send', { to: 'ann' }]), says('sent'));
    const client = await createTestAgent(test, user);
    const events = await client.run({ text: 'go' });
    expect(typesOf(events).slice(-2)).toEqual(['MESSAGES_SNAPSHOT', 'RUN_FINISHED']);
    const [approval] = (await user.call.hitl.list({})).approvals;
    expect(interruptsOf(events)).toEqual([
      {
        id: approval?.id,
        reason: 'tool_call',
        message: approval?.title,
        toolCallId: expect.stringMatching(/\.a$/),
        expiresAt: approval?.expiresAt,
        responseSchema: expect.objectContaining({
          properties: expect.objectContaining({
            approved: { type: 'boolean' },
            editedArgs: expect.anything(),
          }),
        }),
        metadata: expect.objectContaining({ args: { to: 'ann', amount: 1 }, argsHash: approval?.argsHash }),
      },
    ]);
    expect(effects).toEqual([]);
  });

  it('that is approved lets the call be made as it stands, and its result is told for the call as it was shown', async () => {
    provider.script(calls(['a', 'send', { to: 'ann' }]), says('sent'));
    const client = await createTestAgent(test, user);
    const [interrupt] = interruptsOf(await client.run({ text: 'go' }));
    const events = await client.run({ resume: [answering(interrupt, { approved: true })] });
    expect(typesOf(events)).not.toContain('TOOL_CALL_START');
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'TOOL_CALL_RESULT', toolCallId: interrupt?.toolCallId }),
    );
    expect(events.at(-1)).toMatchObject({ type: 'RUN_FINISHED', outcome: { type: 'success' } });
    expect(shownBy(client)).toEqual([
      { role: 'user', content: 'go' },
      { role: 'assistant', calls: ['send {"to":"ann","amount":1}'] },
      { role: 'tool', content: '{"to":"ann","did":"send"}' },
      { role: 'assistant', content: 'sent' },
    ]);
    expect(effects).toMatchObject([{ tool: 'send', args: { to: 'ann', amount: 1 } }]);
  });

  it('that is approved with edited arguments lets the call be made with these alone', async () => {
    provider.script(calls(['a', 'send', { to: 'ann', note: 'psst' }]), says('sent'));
    const client = await createTestAgent(test, user);
    const [interrupt] = interruptsOf(await client.run({ text: 'go' }));
    const payload = { approved: true, editedArgs: { to: 'bob' } };
    await client.run({ resume: [answering(interrupt, payload)] });
    expect(effects).toMatchObject([{ tool: 'send', args: { to: 'bob', amount: 1 } }]);
    expect(effects[0]?.args).not.toHaveProperty('note');
  });

  it('that is rejected, or abandoned, has the agent go on without the call', async () => {
    for (const isAbandoned of [false, true]) {
      provider.script(calls(['a', 'send', { to: 'ann' }]), says('as you like'));
      const client = await createTestAgent(test, user);
      const [interrupt] = interruptsOf(await client.run({ text: 'go' }));
      const entry = isAbandoned
        ? abandoning(interrupt)
        : answering(interrupt, { approved: false, reason: 'too early' });
      const events = await client.run({ resume: [entry] });
      const result = events.find(({ type }) => type === EventType.TOOL_CALL_RESULT);
      expect(result).toMatchObject({
        toolCallId: interrupt?.toolCallId,
        content: expect.stringContaining(isAbandoned ? 'Abandoned' : 'too early'),
      });
      expect(events.at(-1)).toMatchObject({ outcome: { type: 'success' } });
    }
    expect(effects).toEqual([]);
  });

  it('that asks in words is answered in words', async () => {
    provider.script(
      calls(['a', 'ask_user', { question: 'Which one?', options: ['red', 'blue'] }]),
      says('ok'),
    );
    const client = await createTestAgent(test, user);
    const [interrupt] = interruptsOf(await client.run({ text: 'go' }));
    expect(interrupt).toMatchObject({ reason: 'input_required', message: 'Which one?' });
    const events = await client.run({ resume: [answering(interrupt, { answer: 'blue' })] });
    expect(events.find(({ type }) => type === EventType.TOOL_CALL_RESULT)).toMatchObject({
      content: '{"answer":"blue"}',
    });
  });
});

describe('two interrupts at once', () => {
  it('are answered at once or not at all', async () => {
    provider.script(calls(['a', 'send', { to: 'ann' }], ['b', 'post', { to: 'bob' }]), says('done'));
    const client = await createTestAgent(test, user);
    const both = interruptsOf(await client.run({ text: 'go' }));
    expect(both).toHaveLength(2);
    // The client itself refuses to leave one out; others may not.
    client.agent.pendingInterrupts = [];
    const partial = client.run({ resume: [answering(both[0], { approved: true })] });
    await expect(partial).rejects.toMatchObject({
      status: 409,
      payload: expect.stringContaining(both[1]?.id ?? 'none'),
    });
    expect(effects).toEqual([]);

    const resume = [answering(both[0], { approved: true }), answering(both[1], { approved: false })];
    const events = await client.run({ resume });
    expect(typesOf(events).filter((type) => type === 'TOOL_CALL_RESULT')).toHaveLength(2);
    expect(typesOf(events).filter((type) => type === 'RUN_FINISHED')).toHaveLength(1);
    expect(events.at(-1)).toMatchObject({ outcome: { type: 'success' } });
    expect(effects).toMatchObject([{ tool: 'send' }]);
    expect(shownBy(client).map((message) => ('role' in message ? message.role : ''))).toEqual([
      'user',
      'assistant',
      'tool',
      'assistant',
      'tool',
      'assistant',
    ]);
  });

  it('one after the other are two resumes, each with a stream of its own', async () => {
    provider.script(calls(['a', 'send', { to: 'ann' }]), calls(['b', 'post', { to: 'bob' }]), says('done'));
    const client = await createTestAgent(test, user);
    const [first] = interruptsOf(await client.run({ text: 'go' }));
    const [second, ...others] = interruptsOf(
      await client.run({ resume: [answering(first, { approved: true })] }),
    );
    expect(others).toEqual([]);
    const events = await client.run({ resume: [answering(second, { approved: true })] });
    expect(events.filter(({ type }) => type === EventType.TOOL_CALL_RESULT)).toMatchObject([
      { toolCallId: second?.toolCallId },
    ]);
    expect(effects.map(({ tool }) => tool)).toEqual(['send', 'post']);
  });
});

describe('a resume', () => {
  it('that comes again gives the same stream, and does nothing twice', async () => {
    provider.script(calls(['a', 'send', { to: 'ann' }]), says('sent'));
    const client = await createTestAgent(test, user);
    const [interrupt] = interruptsOf(await client.run({ text: 'go' }));
    const again = await createTestAgent(test, user, { threadId: client.threadId });
    again.agent.setMessages(client.agent.messages);
    const request = { runId: randomUUID(), resume: [answering(interrupt, { approved: true })] };
    const events = await client.run(request);
    expect(await again.run(request)).toEqual(events);
    expect(shownBy(again)).toEqual(shownBy(client));
    // Also by a client that has had it all.
    await client.run(request);
    expect(shownBy(client)).toEqual(shownBy(again));
    expect(effects).toHaveLength(1);
  });

  it('that says something else than what was decided changes nothing and is refused', async () => {
    provider.script(calls(['a', 'send', { to: 'ann' }]), says('as you like'));
    const client = await createTestAgent(test, user);
    const [interrupt] = interruptsOf(await client.run({ text: 'go' }));
    await client.run({ resume: [answering(interrupt, { approved: false })] });
    const late = client.run({ resume: [answering(interrupt, { approved: true })] });
    await expect(late).rejects.toMatchObject({
      status: 409,
      payload: expect.stringContaining('APPROVAL_DECIDED'),
    });
    expect(effects).toEqual([]);
  });

  it('that comes too late is refused; abandoning what has expired goes on', async () => {
    provider.script(calls(['a', 'send', { to: 'ann' }]), says('nobody decided'));
    const client = await createTestAgent(test, user);
    const [interrupt] = interruptsOf(await client.run({ text: 'go' }));
    await letExpire(test.node.backend, interrupt?.id ?? '');
    const late = client.run({ resume: [answering(interrupt, { approved: true })] });
    await expect(late).rejects.toMatchObject({
      status: 410,
      payload: expect.stringContaining('APPROVAL_EXPIRED'),
    });
    await expireOverdue(test.node.backend);
    const events = await client.run({ resume: [abandoning(interrupt)] });
    expect(events.at(-1)).toMatchObject({ type: 'RUN_FINISHED', outcome: { type: 'success' } });
    expect(shownBy(client).at(-1)).toEqual({ role: 'assistant', content: 'nobody decided' });
    expect(effects).toEqual([]);
  });

  it('that comes again after the next interrupt ends where it ended', async () => {
    provider.script(calls(['a', 'send', { to: 'ann' }]), calls(['b', 'post', { to: 'bob' }]), says('done'));
    const client = await createTestAgent(test, user);
    const [first] = interruptsOf(await client.run({ text: 'go' }));
    const request = { runId: randomUUID(), resume: [answering(first, { approved: true })] };
    const [second] = interruptsOf(await client.run(request));
    client.agent.pendingInterrupts = [];
    expect(interruptsOf(await client.run(request))).toEqual([second]);
    await client.run({ resume: [answering(second, { approved: true })] });
    client.agent.pendingInterrupts = [];
    expect(interruptsOf(await client.run(request))).toEqual([second]);
    expect(effects.map(({ tool }) => tool)).toEqual(['send', 'post']);
  });

  it('of a call whose tool has changed since is asked anew, and nothing is executed', async () => {
    provider.script(calls(['a', 'publish', { to: 'ann' }]), says('published'));
    const client = await createTestAgent(test, user);
    const [first] = interruptsOf(await client.run({ text: 'go' }));
    workshop.replace(workshop.make({ name: 'publish', risk: 'shared', repeat: 'once', version: '2' }));
    const request = { runId: randomUUID(), resume: [answering(first, { approved: true })] };
    const [second] = interruptsOf(await client.run(request));
    expect(second?.id).not.toBe(first?.id);
    expect(effects).toEqual([]);
    client.agent.pendingInterrupts = [];
    expect(interruptsOf(await client.run(request))).toEqual([second]);
    await client.run({ resume: [answering(second, { approved: true })] });
    expect(effects).toMatchObject([{ tool: 'publish' }]);
  });

  it('that names other arguments than those asked for, or comes by a key without the scope, is refused', async () => {
    provider.script(calls(['a', 'send', { to: 'ann' }]), says('sent'));
    const client = await createTestAgent(test, user);
    const [interrupt] = interruptsOf(await client.run({ text: 'go' }));
    const mismatch = answering(interrupt, { approved: true, argsHash: '0'.repeat(64) });
    await expect(client.run({ resume: [mismatch] })).rejects.toMatchObject({
      payload: expect.stringContaining('APPROVAL_MISMATCH'),
    });
    const { key } = await user.call.auth.createApiKey({ name: 'a machine', scopes: ['read', 'write'] });
    client.agent.headers = { authorization: `Bearer ${key}` };
    const resume = [answering(interrupt, { approved: true })];
    await expect(client.run({ resume })).rejects.toMatchObject({ status: 403 });
    expect(effects).toEqual([]);
  });

  it('of what is no answer, of what nobody asked, or in another thread is refused', async () => {
    provider.script(calls(['a', 'send', { to: 'ann' }]), says('sent'));
    const client = await createTestAgent(test, user);
    const [interrupt] = interruptsOf(await client.run({ text: 'go' }));
    const resume = [answering(interrupt, { approved: true })];
    const stranger = await createTestCaller(test.node.backend);
    const missing = { interruptId: randomUUID(), status: 'resolved' as const, payload: { approved: true } };
    const attempt = async (caller: TestCaller, threadId: string, entries: typeof resume) =>
      await (
        await createTestAgent(test, caller, { threadId })
      )
        .run({ resume: entries })
        .catch((err: unknown) => err);
    expect(await attempt(user, client.threadId, [answering(interrupt, { yes: 1 })])).toMatchObject({
      status: 400,
    });
    const refusals = [
      await attempt(user, client.threadId, [missing]),
      await attempt(user, randomUUID(), resume),
      await attempt(stranger, client.threadId, resume),
    ];
    const details = refusals.map((refusal) => String(refusal).replace(/"requestId":"[^"]+"/, ''));
    expect(refusals[0]).toMatchObject({ status: 404 });
    expect(new Set(details).size).toBe(1);
    expect((await user.call.hitl.list({})).approvals).toHaveLength(1);
    expect(effects).toEqual([]);
  });

  it('is what a thread that waits wants: a new message is refused', async () => {
    provider.script(calls(['a', 'send', { to: 'ann' }]), says('sent'));
    const client = await createTestAgent(test, user);
    await client.run({ text: 'go' });
    client.agent.pendingInterrupts = [];
    await expect(client.run({ text: 'and now?' })).rejects.toMatchObject({ status: 409 });
  });
});
