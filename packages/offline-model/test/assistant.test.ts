import { expect, test } from 'vitest';
import { startOfflineModel } from '../src/index.ts';
import { ask, talk, toolsNamed } from './harness.ts';

const results = {
  clock_now: { now: '2026-11-21T07:30:00Z', timeZone: 'Asia/Seoul' },
  recall: { memories: [{ key: 'dog', value: 'Rex' }] },
  search_conversations: { results: [{ title: 'Release notes', snippet: 'what changed' }] },
  post_to_room: { messageId: '1', seq: 7 },
};

test.each([
  ['What time is it?', { name: 'clock_now', arguments: {} }, '21 November 2026 at 16:30 (Asia/Seoul)'],
  [
    'Please remember that my dog is Rex.',
    { name: 'remember', arguments: { key: 'dog', value: 'Rex' } },
    '**Rex**',
  ],
  ['What is my dog?', { name: 'recall', arguments: { key: 'dog' } }, '- **dog**: Rex'],
  ['What do you remember?', { name: 'recall', arguments: {} }, '- **dog**: Rex'],
  [
    'find the release notes in my old conversations',
    { name: 'search_conversations', arguments: { query: 'the release notes' } },
    '- **Release notes**: what changed',
  ],
  [
    'Please post "the build is green" to the room 00000000-0000-4000-8000-000000000000.',
    {
      name: 'post_to_room',
      arguments: { roomId: '00000000-0000-4000-8000-000000000000', text: 'the build is green' },
    },
    'I posted **the build is green**',
  ],
  [
    '00000000-0000-4000-8000-000000000000 방에 "빌드가 끝났습니다"라고 남겨 줘',
    {
      name: 'post_to_room',
      arguments: { roomId: '00000000-0000-4000-8000-000000000000', text: '빌드가 끝났습니다' },
    },
    '방에 **빌드가 끝났습니다** 메시지를 올렸습니다',
  ],
  ['지금 몇 시야?', { name: 'clock_now', arguments: {} }, '2026년 11월 21일 토요일 오후 4:30'],
  [
    '내 고양이 이름은 나비라고 기억해 줘',
    { name: 'remember', arguments: { key: '고양이_이름', value: '나비' } },
    '**나비**',
  ],
  ['내 고양이 이름이 뭐야?', { name: 'recall', arguments: { key: '고양이_이름' } }, 'Rex'],
  [
    '지난 대화에서 회의 내용을 찾아줘',
    { name: 'search_conversations', arguments: { query: '회의 내용' } },
    '**회의 내용** 검색 결과입니다',
  ],
])('plans, calls the tool and answers from its result: %s', async (text, call, answer) => {
  await using model = await startOfflineModel({ tokensPerSecond: 0 });
  const { calls, content, replies } = await talk(model, text, { results });
  expect(calls.map(({ name }) => name)).toEqual(['update_plan', call.name, 'update_plan']);
  expect(calls[1]).toEqual(call);
  expect(content).toContain(answer);
  expect(content).toContain('OPENAI_API_KEY');
  expect(replies[0]?.reasoning).not.toBe('');
});

test('does several things asked for in one message', async () => {
  await using model = await startOfflineModel({ tokensPerSecond: 0 });
  const text = 'Remember that my dog is Rex and tell me what time it is.';
  const { calls, content } = await talk(model, text, {
    results,
    extra: { tools: toolsNamed('remember', 'clock_now') },
  });
  expect(calls.map(({ name }) => name)).toEqual(['clock_now', 'remember']);
  expect(content).toMatch(/16:30[^]*\*\*Rex\*\*/);
});

test('uses only tools that are offered and allowed, and says what it lacked', async () => {
  await using model = await startOfflineModel({ tokensPerSecond: 0 });
  for (const extra of [{}, { tools: toolsNamed('clock_now'), tool_choice: 'none' }]) {
    const { calls, content } = await talk(model, 'What time is it?', { extra });
    expect(calls).toEqual([]);
    expect(content).toContain('`clock_now`');
  }
});

test('tells when a tool failed or found nothing', async () => {
  await using model = await startOfflineModel({ tokensPerSecond: 0 });
  const failed = await talk(model, 'What time is it?', { results: { clock_now: { error: 'no clock' } } });
  expect(failed.content).toContain('no clock');
  const empty = await talk(model, 'search for gold', { results: { search_conversations: [] } });
  expect(empty.content).toContain('found nothing');
});

test('reflects any other text: its size, its terms, the page and its place', async () => {
  await using model = await startOfflineModel({ tokensPerSecond: 0 });
  const system = 'Page: {"url":"https://aura.example/logs","title":"Bob\'s log"}';
  const { content, calls } = await talk(model, 'Group commit keeps a log fast. Group commit!', { system });
  expect(calls.map(({ name }) => name)).toEqual(['update_plan', 'update_plan']);
  expect(content).toContain('**8 words**');
  expect(content).toContain('`group`, `commit`');
  expect(content).toContain("**Bob's log** `https://aura.example/logs`");
});

test('answers Korean in Korean', async () => {
  await using model = await startOfflineModel({ tokensPerSecond: 0 });
  const { calls, content } = await talk(model, '이벤트 로그의 순서를 설명해 주세요');
  expect(content).toContain('핵심어: `이벤트`, `로그`, `순서`');
  expect(JSON.stringify(calls[0])).toContain('메시지 읽기');
});

test('gives the same answer to the same request, and mini a shorter way there', async () => {
  await using model = await startOfflineModel({ tokensPerSecond: 0 });
  const first = await talk(model, 'What time is it?', { results });
  const second = await talk(model, 'What time is it?', { results });
  expect(second.calls).toEqual(first.calls);
  expect(second.content).toBe(first.content);
  const extra = { model: 'aura-offline-mini', tools: toolsNamed('clock_now', 'update_plan') };
  const brief = await talk(model, 'What time is it?', { results, extra });
  expect(brief.calls.map(({ name }) => name)).toEqual(['clock_now']);
  expect(brief.content).toBe(first.content);
});

test.each([
  'Please explain how event logs keep their order across nodes',
  'hi',
  '',
  '이벤트 로그',
  '#plan A | B\n#say a longer text about boats',
])('titles %j with three to six words', async (text) => {
  await using model = await startOfflineModel({ tokensPerSecond: 0 });
  const messages = [
    { role: 'system', content: 'TITLE_ONLY: name this conversation.' },
    { role: 'user', content: text },
  ];
  const { content, call } = await ask(model, messages);
  expect(call).toBeUndefined();
  expect(content.split(' ').length).toBeGreaterThanOrEqual(3);
  expect(content.split(' ').length).toBeLessThanOrEqual(6);
  expect(content).not.toContain('#');
});
