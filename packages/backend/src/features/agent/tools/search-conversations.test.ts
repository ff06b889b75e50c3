import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createTestBackend, type TestBackend } from '../../../testing/test-backend.ts';
import { createTestCaller, createTestTenant, type TestCaller } from '../../../testing/test-caller.ts';
import { ask, outcomeOf } from '../agent-testing.ts';
import { searchConversations } from './search-conversations.ts';
import { callTool } from './tool-testing.ts';

let test: TestBackend;
let user: TestCaller;
beforeAll(async () => {
  test = await createTestBackend();
  user = await createTestCaller(test.backend);
  for (const text of ['the Red apple is 100% ripe', 'the red car', 'a_b and c\\d', '사과는 빨갛다']) {
    await outcomeOf(user, await ask(user, `${text}\n#say noted`));
  }
});
afterAll(async () => await test[Symbol.asyncDispose]());

const hitsSchema = z.object({
  hits: z.array(
    z.strictObject({
      conversationId: z.uuid(),
      title: z.string(),
      role: z.enum(['user', 'assistant']),
      excerpt: z.string(),
      at: z.iso.datetime(),
    }),
  ),
});

/** The first lines of what is found. */
async function find(
  query: string,
  { caller = user, within }: { caller?: TestCaller; within?: string } = {},
): Promise<string[]> {
  const over = within === undefined ? {} : { conversationId: within };
  const { result } = await callTool(caller, searchConversations, { args: { query }, ...over });
  return hitsSchema.parse(result).hits.map(({ excerpt }) => excerpt.split('\n')[0] ?? '');
}

describe('search_conversations', () => {
  it('finds messages with all the words, in any order and case, the newest first', async () => {
    expect(await find('red')).toEqual(['the red car', 'the Red apple is 100% ripe']);
    expect(await find('APPLE  red')).toEqual(['the Red apple is 100% ripe']);
    expect(await find('red banana')).toEqual([]);
    expect(await find('사과는')).toEqual(['사과는 빨갛다']);
  });

  it.each([
    ['%', ['the Red apple is 100% ripe']],
    ['100%', ['the Red apple is 100% ripe']],
    ['_', ['a_b and c\\d']],
    ['a_b', ['a_b and c\\d']],
    ['\\', ['a_b and c\\d']],
    ['c\\d', ['a_b and c\\d']],
    ['r_d', []],
    ["'; drop table messages --", []],
    ['\0', []],
  ])('takes %j literally', async (query, found) => {
    expect(await find(query)).toEqual(found);
  });

  it('finds nothing of others, of another tenant, of what was cleared or deleted, or of the conversation it is asked in', async () => {
    const other = await createTestCaller(test.backend);
    const stranger = await createTestCaller(test.backend, { tenantId: await createTestTenant(test.backend) });
    expect(await find('red', { caller: other })).toEqual([]);
    expect(await find('red', { caller: stranger })).toEqual([]);
    const gone = await ask(user, 'a zebra\n#say noted');
    await outcomeOf(user, gone);
    expect(await find('zebra', { within: gone.conversationId })).toEqual([]);
    expect(await find('zebra')).toEqual(['a zebra']);
    const cleared = await ask(user, 'another zebra\n#say noted');
    await outcomeOf(user, cleared);
    await user.call.memory.clear(cleared);
    expect(await find('zebra')).toEqual(['a zebra']);
    await user.call.conversation.delete(gone);
    expect(await find('zebra')).toEqual([]);
  });
});
