import { expect, test } from 'vitest';
import { askedInRoom, isInRoom } from './room-message.ts';

test.each([
  ['Ann: @agent what time is it?', 'what time is it?'],
  ['Ann: @Agent, hi', 'hi'],
  ['Ann: hello @agent', 'hello'],
  [
    'Ann: @agent\n  #tool post_to_room {"text":"@agent hi"}\n  #say a: b',
    '#tool post_to_room {"text":"@agent hi"}\n#say a: b',
  ],
  ['Ann: mail me@agent.example', 'mail me@agent.example'],
])('hears in %j what is asked', (text, asked) => {
  expect(askedInRoom(text)).toBe(asked);
});

test('knows a room by its fence in the instructions', () => {
  expect(isInRoom('Instructions.\n<room>\n{}\n</room>')).toBe(true);
  expect(isInRoom('Instructions about rooms.')).toBe(false);
});
