import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestCaller, createTestTenant, type TestCaller } from '../../testing/test-caller.ts';
import { hiddenFrom } from './message-testing.ts';
import { createTestRoom, say } from './room-testing.ts';
import { searchTerms } from './search-terms.ts';

let test: TestBackend;
beforeAll(async () => {
  test = await createTestBackend();
});
afterAll(async () => await test[Symbol.asyncDispose]());

async function found({ call }: TestCaller, query: string, roomId?: string): Promise<string[]> {
  const { hits } = await call.chat.search({ query, roomId });
  return hits.map(({ message }) => message.text);
}

describe('chat.search', () => {
  it('answers for a room one is not in as for none, and finds nothing of it', async () => {
    const { roomId, owner } = await createTestRoom(test.backend);
    await say(owner, roomId, 'hidden treasure');
    const tenantId = await createTestTenant(test.backend);
    for (const options of [{}, { tenantId, role: 'admin' as const }]) {
      const outsider = await createTestCaller(test.backend, options);
      expect(await found(outsider, 'treasure')).toEqual([]);
      await hiddenFrom(roomId, async (hidden) =>
        Promise.allSettled([outsider.call.chat.search({ query: 'treasure', roomId: hidden })]),
      );
    }
    const bad = owner.call.chat.search({ query: 'treasure', page: 'nonsense' });
    await expect(bad).rejects.toMatchObject({ cause: { code: 'BAD_INPUT' } });
    await expect(found(owner, ' ')).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });

  it.each([
    [
      'the report is done',
      ['report', 'REPORT', 'rep', 'done report', 'is'],
      ['port', 're', 'report missing'],
    ],
    ['see report-v2.pdf, (final)', ['report', 'pdf', 'v2', 'final', 'report-v2.pdf'], ['reportv2']],
    ['Die Größe der ÉCOLE', ['größe', 'école', 'GRÖßE'], ['gross']],
    ['내일 주간회의가 있습니다', ['회의', '주간회의', '내일', '회의 내일', '회'], ['의회', '주회', '내일은']],
    ['日本語のテスト', ['日本', 'テスト', '本語'], ['本日']],
    ['회의2024자료', ['2024', '회의2024', '자료'], ['2025']],
    ['버그 (bug#42)를 고쳤다!', ['bug', '42', '버그', 'bug#42', '를'], ['bug43']],
    ['I love it ❤️ really', ['love ❤️', 'it ❤️ really', 'I love it ❤️'], ['love ❤️ it not']],
    ['1️⃣ first', ['1️⃣', 'first 1️⃣'], ['2️⃣']],
    ['Café noir', ['Café', 'Cafe\u0301', 'CAFE\u0301 noir'], ['Cafe']],
    ["it's 100% o'clock \\ 'quoted' & !(a|b):*", ["it's", 'quoted', '100%', "'", 'a b'], ["x'y"]],
  ])('%s', async (text, hits, misses) => {
    const { roomId, owner } = await createTestRoom(test.backend);
    await say(owner, roomId, text);
    for (const query of hits) {
      const expected = searchTerms(query) === null ? [] : [text];
      expect(await found(owner, query), query).toEqual(expected);
      expect(await found(owner, query, roomId), query).toEqual(expected);
    }
    for (const query of misses) expect(await found(owner, query), query).toEqual([]);
  });

  it('finds what was written with letters and their marks apart, posted or edited, by either form', async () => {
    const { roomId, owner } = await createTestRoom(test.backend);
    const apart = '한글 Cafe\u0301'.normalize('NFD');
    const message = { roomId, text: apart, clientId: randomUUID() };
    const posted = await owner.call.chat.postMessage(message);
    expect(await owner.call.chat.postMessage(message)).toEqual(posted);
    for (const query of [apart, apart.normalize('NFC')]) {
      expect(await found(owner, query)).toEqual([apart.normalize('NFC')]);
    }
    const text = 'Ångström'.normalize('NFD');
    await owner.call.chat.editMessage({ roomId, messageId: posted.messageId, text });
    for (const query of [text, text.normalize('NFC')]) {
      expect(await found(owner, query)).toEqual([text.normalize('NFC')]);
    }
  });

  it('finds every message by each of its words, whatever these are, and never fails', async () => {
    const { roomId, owner } = await createTestRoom(test.backend);
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }), async (text) => {
        const posted = `${text} anchor`;
        const { messageId } = await say(owner, roomId, posted);
        for (const word of posted.split(/\s+/)) {
          const terms = searchTerms(word);
          const { hits } = await owner.call.chat.search({
            query: `anchor ${word}`.slice(0, 200),
            limit: 200,
          });
          const isFound = hits.some(({ message }) => message.id === messageId);
          // What is no letter to the database is no word to it either.
          if (terms !== null && /^[\p{Script=Latin}\p{Script=Hangul}\p{Nd}]+$/u.test(word)) {
            expect(isFound, JSON.stringify({ text, word })).toBe(true);
          }
        }
        await owner.call.chat.deleteMessage({ roomId, messageId });
      }),
      { numRuns: 40 },
    );
  });

  it('goes page by page, newest first, over all rooms of the caller, replies and edits with it, not what is gone', async () => {
    const first = await createTestRoom(test.backend);
    const { owner } = first;
    const { id: secondId } = await owner.call.chat.createRoom({ clientId: randomUUID(), name: 'Second' });
    const other = await createTestRoom(test.backend);
    await say(other.owner, other.roomId, 'apple elsewhere');
    const root = await say(owner, first.roomId, 'apple 0');
    const texts = ['apple 0'];
    for (let n = 1; n < 7; n++) {
      const roomId = n % 2 === 0 ? first.roomId : secondId;
      const threadOf = n === 4 ? { threadOf: root.messageId } : {};
      await owner.call.chat.postMessage({ roomId, text: `apple ${n}`, clientId: randomUUID(), ...threadOf });
      texts.unshift(`apple ${n}`);
    }
    const edited = await say(owner, secondId, 'pear');
    await owner.call.chat.editMessage({ roomId: secondId, messageId: edited.messageId, text: 'apple late' });
    const gone = await say(owner, secondId, 'apple gone');
    await owner.call.chat.deleteMessage({ roomId: secondId, messageId: gone.messageId });
    const pages: string[][] = [];
    let page: string | undefined;
    do {
      const answer = await owner.call.chat.search({ query: 'APPLE', limit: 3, page });
      pages.push(answer.hits.map(({ message }) => message.text));
      page = answer.nextPage ?? undefined;
    } while (page !== undefined && pages.length < 10);
    expect(pages).toEqual([
      ['apple late', 'apple 6', 'apple 5'],
      ['apple 4', 'apple 3', 'apple 2'],
      ['apple 1', 'apple 0'],
    ]);
    expect(await found(owner, 'apple', secondId)).toEqual(['apple late', 'apple 5', 'apple 3', 'apple 1']);
    expect(await found(owner, 'pear')).toEqual([]);
  });

  it('parts what is searched for where the database parts what was said', async () => {
    const { rows } = await sql<{ point: number; isParted: boolean }>`
      select point, message_words(gen_random_uuid(), gen_random_uuid(), 'a' || chr(point) || 'b')
        @@ '''a'' & ''b'''::tsquery as is_parted
      from (select generate_series(1, 12543) as point union all select generate_series(65280, 65535)
        union all select generate_series(126976, 131071)) x`.execute(test.backend.database.db);
    const differing = rows.filter(({ point, isParted }) => {
      const character = String.fromCodePoint(point);
      // A few old signs are others once they are normalised, which is done to what is searched for alone.
      if (character.normalize('NFC') !== character) return false;
      const terms = searchTerms(`a${character}b`)?.query.split(' & ') ?? [];
      return terms.includes("'a'") && terms.includes("'b'") && !isParted;
    });
    expect(differing).toEqual([]);
  });

  it('looks words up instead of reading every message', async () => {
    const { roomId, owner } = await createTestRoom(test.backend);
    const { db } = test.backend.database;
    await sql`
      insert into messages (id, tenant_id, conversation_id, role, text, author_id, author_name, seq, created_at)
      select gen_random_uuid(), ${owner.ctx.caller.tenantId}, ${roomId}, 'user', 'filler ' || n,
        ${owner.ctx.caller.userId}, 'x', 1000 + n, now() - interval '1 day' from generate_series(1, 3000) n`.execute(
      db,
    );
    await sql`analyze messages`.execute(db);
    const { rows } = await sql<{ 'QUERY PLAN': string }>`
      explain select id from messages
      where message_words(tenant_id, conversation_id, text) @@ ${`'${roomId}' & 'needle':*`}::tsquery`.execute(
      db,
    );
    expect(rows.map((row) => Object.values(row)[0]).join('\n')).toContain('messages_words');
    await say(owner, roomId, 'a needle');
    expect(await found(owner, 'needle')).toEqual(['a needle']);
    expect(await found(owner, 'filler 17', roomId)).toEqual(['filler 17']);
  });
});
