import { expect, test } from 'vitest';
import { startOfflineModel } from '../src/index.ts';
import { answerTo, ask, talk, type WireMessage } from './harness.ts';

test('says, thinks and repeats exactly what is written, several lines in one response', async () => {
  await using model = await startOfflineModel({ tokensPerSecond: 0 });
  const reply = await ask(
    model,
    'A remark.\n#think first\n#say Hello\n#think then\n#repeat 3 ping\n#say end',
  );
  expect(reply.reasoning).toBe('first\nthen');
  expect(reply.content).toBe('Hello\nping 1 ping 2 ping 3\nend');
  expect(reply.finishReason).toBe('stop');
});

test('sends each numbered token of #repeat as one delta, none lost and none doubled', async () => {
  await using model = await startOfflineModel({ tokensPerSecond: 0 });
  const reply = await ask(model, '#repeat 5000 tick');
  const expected = Array.from({ length: 5000 }, (_, index) => `tick ${index + 1}`);
  expect(reply.content).toBe(expected.join(' '));
  expect(reply.events).toHaveLength(5000 + 2);
});

test('never splits a character between deltas, in text or in arguments', async () => {
  await using model = await startOfflineModel({ tokensPerSecond: 0 });
  const text = '긴한글문장을공백없이이어서씁니다👨‍👩‍👧‍👦👨‍👩‍👧‍👦끝';
  const reply = await ask(model, `#say ${text}\n#tool remember {"value":"${text}"}`);
  expect(reply.content).toBe(text);
  expect(reply.call?.arguments).toBe(JSON.stringify({ value: text }));
  expect(reply.events.length).toBeGreaterThan(10);
  // JSON writes half of a surrogate pair as an escape, a whole one as the character.
  expect(JSON.stringify(reply.events)).not.toMatch(/\\ud[89a-f]/i);
});

test('goes on with the next line when a tool has answered, also in a model started anew', async () => {
  const script = '#say before\n#tool clock_now {}\n#say between\n#tool recall {"key":"a"}\n#say after';
  const messages: WireMessage[] = [{ role: 'user', content: script }];
  const seen: string[] = [];
  for (let step = 0; step < 3; step += 1) {
    await using model = await startOfflineModel({ tokensPerSecond: 0 });
    const reply = await ask(model, messages);
    seen.push(`${reply.content} ${reply.call?.name} ${reply.finishReason}`);
    if (reply.call !== undefined) messages.push(...answerTo(reply.call, { ok: true }));
  }
  expect(seen).toEqual(['before clock_now tool_calls', 'between recall tool_calls', 'after undefined stop']);
});

test('emits tool arguments as they are written, broken ones too', async () => {
  await using model = await startOfflineModel({ tokensPerSecond: 0 });
  expect((await ask(model, '#tool remember {"key": 1,')).call?.arguments).toBe('{"key": 1,');
  expect((await ask(model, '#tool clock_now')).call?.arguments).toBe('{}');
});

test('opens a plan, moves it on after each tool and closes it before the last words', async () => {
  await using model = await startOfflineModel({ tokensPerSecond: 0 });
  const script = '#plan A | B | C\n#tool clock_now {}\n#think hm\n#tool recall {}\n#say done';
  const { calls, content } = await talk(model, script, { extra: {} });
  const plan = (...statuses: string[]) => ({
    name: 'update_plan',
    arguments: { steps: statuses.map((status, index) => ({ title: 'ABC'[index], status })) },
  });
  expect(calls).toEqual([
    plan('running', 'pending', 'pending'),
    { name: 'clock_now', arguments: {} },
    plan('done', 'running', 'pending'),
    { name: 'recall', arguments: {} },
    plan('done', 'done', 'done'),
  ]);
  expect(content).toBe('done');
});

test('gives every call of a conversation another id, and a repeated request the same', async () => {
  await using model = await startOfflineModel({ tokensPerSecond: 0 });
  const script = '#plan A\n#tool recall {}\n#tool recall {}';
  const ids = (await talk(model, script)).replies.map(({ call }) => call?.id);
  const again = (await talk(model, script)).replies.map(({ call }) => call?.id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(again).toEqual(ids);
});

test('waits for #delay before each token from its line on, across tool calls', async () => {
  await using model = await startOfflineModel({ tokensPerSecond: 0 });
  const script = '#say fast\n#delay 20\n#tool recall {}\n#repeat 5 slow';
  const started = performance.now();
  const { content } = await talk(model, script);
  // The call is three tokens and the text five; timers may fire up to a millisecond early.
  expect(performance.now() - started).toBeGreaterThan(8 * 19);
  expect(content).toBe('slow 1 slow 2 slow 3 slow 4 slow 5');
});

test('keeps the pace of tokensPerSecond', async () => {
  await using model = await startOfflineModel({ tokensPerSecond: 200 });
  const started = performance.now();
  await ask(model, '#repeat 20 x');
  expect(performance.now() - started).toBeGreaterThan(20 * 4);
});

test('starts over with the next user message', async () => {
  await using model = await startOfflineModel({ tokensPerSecond: 0 });
  const first = await ask(model, '#tool recall {}\n#say one');
  if (first.call === undefined) throw new Error('no call');
  const history = [{ role: 'user', content: '#tool recall {}\n#say one' }, ...answerTo(first.call, {})];
  const next = [...history, { role: 'assistant', content: 'one' }, { role: 'user', content: '#say two' }];
  expect((await ask(model, next)).content).toBe('two');
});

test('takes a markdown heading for free text', async () => {
  await using model = await startOfflineModel({ tokensPerSecond: 0 });
  expect((await ask(model, '# Title\n#1 thing')).content).toContain('offline model');
});
