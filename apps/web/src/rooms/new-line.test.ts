import type { RoomMessageView } from '@aura/contract';
import { expect, test } from 'vitest';
import { type NewLine, nextNewLine, openNewLine } from './new-line.ts';
import { message } from './testing-rooms.ts';

const readerId = 'me';
const said = (...authors: string[]): RoomMessageView[] =>
  authors.map((authorId, index) => message({ id: `m${index + 1}`, seq: index + 1, authorId }));
const open = (authors: string[], readSeq: number) =>
  openNewLine({ messages: said(...authors), readerId, readSeq });
const next = (line: NewLine, authors: string[], isWatching: boolean) =>
  nextNewLine(line, { messages: said(...authors), readerId, isWatching });

test('what was unread when the room was opened is new, and stays so while it is caught up with', () => {
  const line = open(['anna', 'anna', 'ben'], 1);
  expect(line.afterSeq).toBe(1);
  const further = next(line, ['anna', 'anna', 'ben', 'ben'], false);
  expect(further.afterSeq).toBe(1);
  const seen = next(further, ['anna', 'anna', 'ben', 'ben'], true);
  expect(seen.afterSeq).toBe(1);
  expect(next(seen, ['anna', 'anna', 'ben', 'ben', 'anna'], true).afterSeq).toBe(1);
});

test('what is seen to come is not new, what comes unseen is, from its first message on', () => {
  const line = open(['anna'], 1);
  expect(line.afterSeq).toBe(null);
  const seen = next(line, ['anna', 'ben'], true);
  expect(seen.afterSeq).toBe(null);
  const unseen = next(next(seen, ['anna', 'ben', 'ben'], false), ['anna', 'ben', 'ben', 'anna'], false);
  expect(unseen.afterSeq).toBe(2);
  const back = next(unseen, ['anna', 'ben', 'ben', 'anna'], true);
  expect(next(back, ['anna', 'ben', 'ben', 'anna', 'ben'], false).afterSeq).toBe(4);
});

test('nothing is new to somebody who has just said something, and what they say themselves never is', () => {
  const line = open(['anna', 'ben'], 1);
  expect(next(line, ['anna', 'ben', 'me'], false).afterSeq).toBe(null);
  expect(open(['anna', 'me'], 1).afterSeq).toBe(null);
});

test('it keeps its identity while nothing about it changes', () => {
  const line = open(['anna', 'ben'], 1);
  expect(next(line, ['anna', 'ben'], false)).toBe(line);
});
