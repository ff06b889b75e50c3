import { expect, test } from 'vitest';
import { matchingPeople, mentionedIn, mentionQueryAt, withMention } from './mention-query.ts';

const anna = { userId: '1', name: 'Anna Berg' };
const ann = { userId: '2', name: 'Ann' };
const kim = { userId: '3', name: '김하늘' };

test('a name is being typed after an @ that begins a word, up to the caret', () => {
  expect(mentionQueryAt('hi @an', 6)).toEqual({ start: 3, query: 'an' });
  expect(mentionQueryAt('@', 1)).toEqual({ start: 0, query: '' });
  expect(mentionQueryAt('@Anna B', 7)).toEqual({ start: 0, query: 'Anna B' });
  expect(mentionQueryAt('mail me@an', 10)).toBeNull();
  expect(mentionQueryAt('@ an', 4)).toBeNull();
  expect(mentionQueryAt('@an\nnext', 8)).toBeNull();
});

test('the chosen name takes the place of what was typed of it', () => {
  expect(withMention('hi @an you', { start: 3, query: 'an' }, 'Anna Berg')).toEqual({
    text: 'hi @Anna Berg you',
    caret: 14,
  });
});

test('people are found by the beginning of any word of their name', () => {
  const people = [anna, ann, kim];
  expect(matchingPeople(people, 'ann')).toEqual([anna, ann]);
  expect(matchingPeople(people, 'be')).toEqual([anna]);
  expect(matchingPeople(people, '김')).toEqual([kim]);
  expect(matchingPeople(people, '')).toEqual(people);
});

test('who is named is read from the text as it is sent', () => {
  const people = [anna, ann, kim];
  expect(mentionedIn('thanks @김하늘님', people)).toEqual(['3']);
  expect(mentionedIn('@Anna Berg knows', people)).toEqual(['1']);
  expect(mentionedIn('@Annabel', people)).toEqual([]);
  expect(mentionedIn('mail anna@Ann.example', people)).toEqual([]);
  expect(mentionedIn('nobody', people)).toEqual([]);
});
