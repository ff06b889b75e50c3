import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collectEvents, expectConverges, untilDone } from '../../testing/conversations.ts';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestCaller, type TestCaller } from '../../testing/test-caller.ts';
import { ask, outcomeOf } from '../agent/agent-testing.ts';
import {
  checkpointsOf,
  everythingOf,
  fork,
  replayed,
  stateOf,
  talk,
  transcript,
  twoTurns,
} from './fork-testing.ts';

let test: TestBackend;
let user: TestCaller;
beforeAll(async () => {
  test = await createTestBackend();
  user = await createTestCaller(test.backend);
});
afterAll(async () => await test[Symbol.asyncDispose]());

describe('conversation.fork with continue', () => {
  it('goes on from a checkpoint: calls without a result are made in the copy, by its own run', async () => {
    const { conversationId, runId } = await twoTurns(user);
    const before = await everythingOf(user, conversationId);
    const [, asks] = await checkpointsOf(user, conversationId);
    expect(asks).toMatchObject({ kind: 'model', label: 'clock_now', canContinue: true });
    const copy = await fork(user, conversationId, { checkpointId: asks?.id ?? '' }, { continue: true });
    const copiedRunId = copy.runId ?? '';
    expect(copiedRunId).not.toBe(runId);
    expect(copy.conversation.activeRunId).toBe(copiedRunId);
    const { run, events } = await outcomeOf(user, {
      conversationId: copy.conversation.id,
      messageId: copy.messageId ?? '',
      runId: copiedRunId,
    });
    expect(run).toMatchObject({ status: 'completed', error: null });
    expect(events.filter(({ type }) => type === 'run_started')).toHaveLength(1);
    expect(run.items.flatMap((item) => (item.kind === 'tool' ? [item.toolName, item.status] : []))).toEqual([
      'clock_now',
      'succeeded',
      'remember',
      'succeeded',
    ]);
    expect(await transcript(user, copy.conversation.id)).toEqual(await transcript(user, conversationId));
    expect(await checkpointsOf(user, copy.conversation.id)).toHaveLength(6);
    expect(await everythingOf(user, conversationId)).toEqual(before);
    await replayed(user, copy.conversation.id);
  });

  it('asks people anew about a call that waits in the original', async () => {
    const asked = await ask(user, '#tool ask_user {"question":"Really?"}\n#say as you wish');
    const { conversationId } = asked;
    const waits = ({ type }: { type: string }): boolean => type === 'run_waiting';
    await collectEvents(user, conversationId, { until: waits });
    const [checkpoint] = await checkpointsOf(user, conversationId);
    const at = { checkpointId: checkpoint?.id ?? '' };
    const still = await fork(user, conversationId, at);
    expect(Object.values((await replayed(user, still.conversation.id)).runs)).toMatchObject([
      { status: 'cancelled', items: [] },
    ]);
    const copy = await fork(user, conversationId, at, { continue: true });
    await collectEvents(user, copy.conversation.id, { until: waits });
    const { approvals } = await user.call.hitl.list({ status: 'pending' });
    const own = approvals.find((approval) => approval.conversationId === copy.conversation.id);
    if (own === undefined) throw new Error('nobody was asked');
    const { id: approvalId, argsHash } = own;
    await user.call.hitl.respond({ approvalId, argsHash, answer: 'yes', clientId: randomUUID() });
    await untilDone(user, copy.conversation.id, copy.runId ?? '');
    expect((await stateOf(user, conversationId)).runs[asked.runId]).toMatchObject({ status: 'waiting' });
    await user.call.agent.stop(asked);
  });

  it('has what the user said answered anew in the copy when it goes on from a message', async () => {
    const { conversationId, messageId } = await twoTurns(user);
    const still = await fork(user, conversationId, { messageId });
    expect((await replayed(user, still.conversation.id)).messages.at(-1)).toMatchObject({
      role: 'user',
      runId: null,
    });
    const copy = await fork(
      user,
      still.conversation.id,
      {
        messageId: (await stateOf(user, still.conversation.id)).messages.at(-1)?.id ?? '',
      },
      { continue: true },
    );
    await untilDone(user, copy.conversation.id, copy.runId ?? '');
    expect(await transcript(user, copy.conversation.id)).toEqual(await transcript(user, conversationId));
    await replayed(user, copy.conversation.id);
  });

  it('has nothing to go on with after a closing answer', async () => {
    const { conversationId } = await talk(user, '#say done');
    const [last] = await checkpointsOf(user, conversationId);
    expect(last).toMatchObject({ kind: 'model', canContinue: false });
    const answer = (await stateOf(user, conversationId)).messages.at(-1);
    for (const at of [{ checkpointId: last?.id ?? '' }, { messageId: answer?.id ?? '' }]) {
      await expect(fork(user, conversationId, at, { continue: true })).rejects.toMatchObject({
        code: 'BAD_REQUEST',
      });
    }
  });

  it('takes from a conversation in which the agent is at work what is finished, and disturbs nothing', async () => {
    const asked = await ask(user, '#say I look\n#tool clock_now {}\n#delay 10\n#repeat 200 tick');
    const { conversationId } = asked;
    await expect.poll(async () => (await checkpointsOf(user, conversationId)).length).toBe(2);
    const [, clock] = await checkpointsOf(user, conversationId);
    const copy = await fork(user, conversationId, { checkpointId: clock?.id ?? '' });
    expect(await transcript(user, copy.conversation.id)).toEqual([
      'user: #repeat 200 tick',
      'assistant: I look',
    ]);
    await replayed(user, copy.conversation.id);
    const { run } = await outcomeOf(user, asked);
    expect(run).toMatchObject({ status: 'completed' });
  });

  it('converges for readers of the copy while it goes on', async () => {
    const { conversationId, messageId } = await talk(user, '#say hi');
    const copy = await fork(user, conversationId, { messageId });
    await expectConverges(user, copy.conversation.id, async () => {
      await talk(user, '#tool clock_now {}\n#say on', { conversationId: copy.conversation.id });
    });
  });

  it('leads from every checkpoint to the same end, and from every place to what its readers see', async () => {
    const { conversationId } = await twoTurns(user);
    const whole = await transcript(user, conversationId);
    for (const { id, canContinue, messageId } of await checkpointsOf(user, conversationId)) {
      const still = await fork(user, conversationId, { checkpointId: id });
      const { messages } = await replayed(user, still.conversation.id);
      expect(whole.slice(0, messages.length)).toEqual(await transcript(user, still.conversation.id));
      if (!canContinue) continue;
      const copy = await fork(user, conversationId, { checkpointId: id }, { continue: true });
      expect(copy.messageId).not.toBe(messageId);
      await untilDone(user, copy.conversation.id, copy.runId ?? '');
      await replayed(user, copy.conversation.id);
      expect(await transcript(user, copy.conversation.id)).toEqual(whole);
    }
  });

  it('stays as careful with strangers’ text as the original', async () => {
    const { conversationId, runId } = await twoTurns(user);
    const { db } = test.backend.database;
    await db.updateTable('runs').set({ isTainted: true }).where('id', '=', runId).execute();
    const [, asks] = await checkpointsOf(user, conversationId);
    const copy = await fork(user, conversationId, { checkpointId: asks?.id ?? '' }, { continue: true });
    await collectEvents(user, copy.conversation.id, { until: ({ type }) => type === 'run_waiting' });
    const { approvals } = await user.call.hitl.list({ conversationId: copy.conversation.id });
    expect(approvals).toMatchObject([{ toolName: 'remember', status: 'pending' }]);
    await user.call.agent.stop({ runId: copy.runId ?? '' });
  });
});
