import { randomUUID } from 'node:crypto';
import { compareConversations, type ConversationView } from '@aura/contract';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withTransaction } from '../../db/transaction.ts';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestCaller, createTestTenant, type TestCaller } from '../../testing/test-caller.ts';

let test: TestBackend;
beforeAll(async () => {
  test = await createTestBackend({ isStarted: false });
});
afterAll(async () => await test[Symbol.asyncDispose]());

const newUser = async (): Promise<TestCaller> => await createTestCaller(test.backend);
const make = async ({ call }: TestCaller, title: string): Promise<ConversationView> =>
  (await call.conversation.create({ clientId: randomUUID(), title })).conversation;
const rename = async (
  { call }: TestCaller,
  made: ConversationView | undefined,
  title: string,
): Promise<unknown> => await call.conversation.update({ conversationId: made?.id ?? '', title });
type Input = Parameters<TestCaller['call']['conversation']['list']>[0];
const titles = async ({ call }: TestCaller, input: Input): Promise<string[]> =>
  (await call.conversation.list(input)).conversations.map(({ title }) => title);

/** All pages; `between` happens after each of them. */
async function readPages(
  { call }: TestCaller,
  input: Input,
  between: (page: number) => Promise<unknown> = () => Promise.resolve(),
): Promise<ConversationView[]> {
  const all: ConversationView[] = [];
  let page: string | undefined;
  for (let index = 0; index < 50; index++) {
    const answer = await call.conversation.list({ ...input, page });
    all.push(...answer.conversations);
    if (answer.nextPage === null) return all;
    page = answer.nextPage;
    await between(index);
  }
  throw new Error('the pages do not end');
}

describe('conversation.list', () => {
  it('is empty for somebody new, and shows nothing of others', async () => {
    const [user, other] = [await newUser(), await newUser()];
    const stranger = await createTestCaller(test.backend, { tenantId: await createTestTenant(test.backend) });
    await make(user, 'mine');
    expect(await titles(other, {})).toEqual([]);
    expect(await titles(stranger, {})).toEqual([]);
    expect(await titles(user, {})).toEqual(['mine']);
  });

  it.each([
    'nonsense',
    '',
    Buffer.from('null').toString('base64url'),
    Buffer.from(`{"isPinned":true,"updatedAt":"0000-01-01T00:00:00Z","id":"${randomUUID()}"}`).toString(
      'base64url',
    ),
    Buffer.from(`{"isPinned":1,"updatedAt":"x","id":"${randomUUID()}"}`).toString('base64url'),
  ])('refuses a page that no answer gave (%j)', async (page) => {
    const user = await newUser();
    await expect(user.call.conversation.list({ page })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });

  it('puts pinned ones first, then those that changed last, and pages without skipping or repeating', async () => {
    const user = await newUser();
    const made = await Promise.all(
      Array.from({ length: 23 }, async (_, index) => await make(user, `title ${index}`)),
    );
    for (const { id: conversationId } of made.slice(3, 8)) {
      await user.call.conversation.update({ conversationId, isPinned: true });
    }
    const whole = (await user.call.conversation.list({ limit: 200 })).conversations;
    expect(whole).toHaveLength(23);
    expect(whole.slice(0, 5).every(({ isPinned }) => isPinned)).toBe(true);
    expect(whole.toSorted(compareConversations)).toEqual(whole);
    for (const limit of [1, 4, 7, 23]) expect(await readPages(user, { limit })).toEqual(whole);
  });

  it('keeps times as precise as its pages can name them', async () => {
    const user = await newUser();
    const { id } = await make(user, 'a');
    await make(user, 'b');
    await user.call.conversation.update({ conversationId: id, title: 'c' });
    const finer = await withTransaction(
      user.ctx,
      async ({ db }) =>
        await db
          .selectFrom('conversations')
          .select('id')
          .where((eb) =>
            eb.or([
              eb('updatedAt', '<>', sql<Date>`date_trunc('milliseconds', updated_at)`),
              eb('createdAt', '<>', sql<Date>`date_trunc('milliseconds', created_at)`),
            ]),
          )
          .execute(),
    );
    expect(finer).toEqual([]);
  });

  it('shows everything that does not change once, while other conversations change between the pages', async () => {
    const user = await newUser();
    const made: ConversationView[] = [];
    for (let index = 0; index < 12; index++) made.push(await make(user, `title ${index}`));
    const [oldest, second, ...rest] = made;
    const pages = await readPages(user, { limit: 3 }, async (page) => {
      if (page === 0) await rename(user, oldest, 'moved up');
      if (page === 1) await user.call.conversation.delete({ conversationId: second?.id ?? '' });
      await make(user, `later ${page}`);
    });
    const seen = pages.map(({ id }) => id);
    expect(new Set(seen).size).toBe(seen.length);
    expect(rest.every(({ id }) => seen.includes(id))).toBe(true);
    expect(seen).not.toContain(second?.id);
  });

  it('finds titles with all the words, whatever characters they have', async () => {
    const user = await newUser();
    for (const title of [
      'Budget 100% for May',
      'Budget 1000 for June',
      'snake_case names',
      'back\\slash',
      '한국어 제목',
    ]) {
      await make(user, title);
    }
    expect(await titles(user, { query: 'BUDGET may' })).toEqual(['Budget 100% for May']);
    expect(await titles(user, { query: 'may budget' })).toEqual(['Budget 100% for May']);
    expect(await titles(user, { query: '100%' })).toEqual(['Budget 100% for May']);
    expect(await titles(user, { query: '%' })).toEqual(['Budget 100% for May']);
    expect(await titles(user, { query: '_' })).toEqual(['snake_case names']);
    expect(await titles(user, { query: '\\' })).toEqual(['back\\slash']);
    expect(await titles(user, { query: '제목' })).toEqual(['한국어 제목']);
    expect(await titles(user, { query: '  ' })).toHaveLength(5);
    expect(await titles(user, { query: "' or 1=1 --" })).toEqual([]);
    expect(await titles(user, { query: 'nul\0byte \ud800' })).toEqual([]);
    expect(
      await titles(user, {
        query: Array.from({ length: 100 }, () => 'q')
          .join(' ')
          .slice(0, 199),
      }),
    ).toEqual([]);
  });

  it('keeps archived ones apart', async () => {
    const user = await newUser();
    const { id: conversationId } = await make(user, 'old');
    await make(user, 'new');
    await user.call.conversation.update({ conversationId, isArchived: true });
    expect(await titles(user, {})).toEqual(['new']);
    expect(await titles(user, { isArchived: true })).toEqual(['old']);
    await user.call.conversation.update({ conversationId, isArchived: false });
    expect(await titles(user, {})).toEqual(['old', 'new']);
  });
});

describe('agent.list', () => {
  it('pages the caller’s runs, newest first, by conversation and status', async () => {
    const [user, other] = [await newUser(), await newUser()];
    const runs: string[] = [];
    for (let index = 0; index < 7; index++) {
      const made = await user.call.conversation.create({ clientId: randomUUID(), message: { text: 'hi' } });
      runs.unshift(made.runId ?? '');
      if (index < 3) await user.call.agent.stop({ runId: made.runId ?? '' });
    }
    const seen: string[] = [];
    let page: string | undefined;
    for (let index = 0; index < 4; index++) {
      const answer = await user.call.agent.list({ limit: 2, page });
      seen.push(...answer.runs.map(({ id }) => id));
      page = answer.nextPage ?? undefined;
    }
    expect(page).toBeUndefined();
    expect(seen).toEqual(runs);
    const queued = await user.call.agent.list({ status: 'queued' });
    expect(queued.runs.map(({ id }) => id)).toEqual(runs.slice(0, 4));
    const conversationId = queued.runs[0]?.conversationId;
    expect((await user.call.agent.list({ conversationId })).runs.map(({ id }) => id)).toEqual([runs[0]]);
    expect((await other.call.agent.list({ conversationId })).runs).toEqual([]);
    await expect(user.call.agent.list({ page: 'nonsense' })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });
});
