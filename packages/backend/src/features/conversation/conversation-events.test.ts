import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { applyConversationEvent, conversationEventSchema, formatCursor, parseCursor } from '@aura/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestCaller, type TestCaller } from '../../testing/test-caller.ts';
import { collectEvents, untilDone } from '../../testing/conversations.ts';
import { openFeed } from './feed-testing.ts';

let test: TestBackend;
let user: TestCaller;
beforeAll(async () => {
  test = await createTestBackend();
  user = await createTestCaller(test.backend);
});
afterAll(async () => await test[Symbol.asyncDispose]());

type Snapshot = Awaited<ReturnType<TestCaller['call']['conversation']['get']>>;
const seqOf = ({ cursor }: Snapshot): number => parseCursor(cursor)?.seq ?? -1;

/** A conversation in which everything happens that can, and what a reader saw at many moments of it. */
async function eventfulConversation(): Promise<{ conversationId: string; snapshots: Snapshot[] }> {
  const { conversation } = await user.call.conversation.create({ clientId: randomUUID() });
  const conversationId = conversation.id;
  const snapshots = [await user.call.conversation.get({ conversationId })];
  const scripts = [
    '#think I plan\n#plan A | B\n#say first I look\n#tool clock_now {}\n#tool clock_now {"timeZone":"Mars/Olympus"}\n#delay 2\n#repeat 100 word',
    '#tool ask_user {"question":"Which?","options":["a","b"]}\n#say so be it',
    null,
    '#think hm\n#say half an answer\n#fail cut 1\n#say the whole answer',
    '#say half an answer\n#fail 401 9\n#say never said',
  ];
  for (const text of scripts) {
    const call = { conversationId, clientId: randomUUID() };
    // Null: the answer is given anew.
    const { runId } =
      text === null
        ? await user.call.conversation.regenerate(call)
        : await user.call.conversation.send({ ...call, text });
    for (let active: string | null = runId; active !== null;) {
      const snapshot = await user.call.conversation.get({ conversationId });
      snapshots.push(snapshot);
      active = snapshot.state.conversation.activeRunId;
      for (const { id: approvalId, argsHash } of (await user.call.hitl.list({ conversationId })).approvals) {
        await user.call.hitl.respond({ approvalId, argsHash, answer: 'a' });
      }
      // The embedded database answers without letting anything else happen.
      await setTimeout(5);
    }
    await user.call.conversation.update({ conversationId, title: text?.slice(0, 20) });
  }
  snapshots.push(await user.call.conversation.get({ conversationId }));
  return { conversationId, snapshots };
}

describe('conversation.events', () => {
  it('leads from every snapshot, whenever it was taken, to the same state; and every kind of event does its part', async () => {
    const { conversationId, snapshots } = await eventfulConversation();
    const fresh = await user.call.conversation.get({ conversationId });
    const head = seqOf(fresh);
    const { events } = await collectEvents(user, conversationId, { until: ({ seq }) => seq === head });
    expect(events.map(({ seq }) => seq)).toEqual(Array.from({ length: head }, (_, index) => index + 1));
    for (const event of events) expect(conversationEventSchema.parse(event)).toEqual(event);
    const kinds = conversationEventSchema.options.map((option) => option.shape.type.value);
    const happened = new Set(events.map(({ type }) => type));
    expect(kinds.filter((kind) => !happened.has(kind))).toEqual([
      'conversation_deleted',
      'conversation_cleared',
    ]);
    expect(snapshots.length).toBeGreaterThan(5);
    for (const snapshot of snapshots) {
      const reached = events
        .filter(({ seq }) => seq > seqOf(snapshot))
        .reduce(applyConversationEvent, snapshot.state);
      expect(reached).toEqual(fresh.state);
    }
  });

  it('goes on from every cursor with exactly what is missing', async () => {
    const { conversation, runId } = await user.call.conversation.create({
      clientId: randomUUID(),
      message: { text: '#plan A | B\n#delay 5\n#repeat 40 word' },
    });
    const all = await untilDone(user, conversation.id, runId ?? '');
    const fresh = await user.call.conversation.get({ conversationId: conversation.id });
    const { epoch, seq: head } = parseCursor(fresh.cursor) ?? { epoch: '', seq: 0 };
    const isLast = ({ seq }: { seq: number }): boolean => seq === head;
    const { events: whole } = await collectEvents(user, conversation.id, { until: isLast });
    expect(whole.slice(0, all.length)).toEqual(all);
    for (let seq = 0; seq < head; seq++) {
      const lastEventId = formatCursor({ epoch, seq });
      const resumed = await collectEvents(user, conversation.id, { lastEventId, until: isLast });
      expect(resumed.events).toEqual(whole.slice(seq));
      expect(resumed.lastEventId).toBe(fresh.cursor);
    }
  });

  it.each([
    ['of another life of the stream', (cursor: string) => cursor.replace(/^v1\.\w+/, 'v1.00000000')],
    ['from the future', (cursor: string) => `${cursor}000`],
    ['that is none', () => 'nonsense'],
    ['that is empty', () => ''],
  ])('starts afresh, with the whole state, from a cursor %s, and goes on from there', async (_, forge) => {
    const { conversation } = await user.call.conversation.create({ clientId: randomUUID() });
    const conversationId = conversation.id;
    const fresh = await user.call.conversation.get({ conversationId });
    const { first, rest } = await openFeed(user, { conversationId, lastEventId: forge(fresh.cursor) });
    expect(first).toEqual({ type: 'reset', seq: seqOf(fresh), data: { state: fresh.state } });
    await user.call.conversation.update({ conversationId, title: 'later' });
    const { value: next } = await rest.next();
    if (next === undefined) throw new Error('the feed ended');
    const later = await user.call.conversation.get({ conversationId });
    expect(applyConversationEvent(fresh.state, next)).toEqual(later.state);
    await rest.return();
  });

  it('reaches two devices alike', async () => {
    const { conversation } = await user.call.conversation.create({ clientId: randomUUID() });
    const isDone = ({ type }: { type: string }): boolean => type === 'done';
    const devices = [
      collectEvents(user, conversation.id, { until: isDone }),
      collectEvents(user, conversation.id, { until: isDone }),
    ];
    await user.call.conversation.send({
      conversationId: conversation.id,
      clientId: randomUUID(),
      text: '#delay 2\n#repeat 50 word',
    });
    const [here, there] = await Promise.all(devices);
    expect(here?.events).toEqual(there?.events);
  });
});
