import { memoryKeyOf } from './memory-key.ts';
import type { Task } from './tasks.ts';
import { keyTermsOf } from './words.ts';

const clock =
  /\bwhat(?:'s|’s| is| was)?\s+(?:the\s+)?(?:current\s+)?(?:time|date|day)\b(?!\s+(?:complexity|series|zone))|\btoday(?:'s|’s)\s+date\b|\bcurrent\s+(?:time|date)\b|\btime\s+is\s+it\b/i;
const recallAll = /\bwhat\s+(?:do|did|can)\s+you\s+(?:remember|know|recall)\b|\bwho\s+am\s+i\b/i;
const recallOne =
  /\b(?:what|who|where|when)(?:'s|’s|\s+is|\s+are|\s+was)\s+my\s+([^?.!,\n]+)|\bdo\s+you\s+(?:remember|know|recall)\s+my\s+([^?.!,\n]+)/i;
const rememberFact =
  /\b(?:remember|memori[sz]e|note)\s+(?:that\s+)?my\s+([^.\n]+?)\s+(?:is|are|=)\s+(.+?)(?:[.!](?:\s|$)|\n|$)/i;
const rememberText = /\b(?:remember|memori[sz]e)\s+(?:that\s+|this:?\s+)?(.+?)(?:[.!](?:\s|$)|\n|$)/i;
const search =
  /(?:^|[.!?\n]\s*|\b(?:please|you|and|then)\s+)(?:find|search(?:\s+for)?|look\s+(?:for|up))\s+([^?\n]+?)(?:[.!?](?:\s|$)|\n|$)/i;
const searchPlace =
  /\b(?:(?:in|through)\s+)?(?:(?:my|all|our|the|old|past|earlier)\s+)+(?:conversations?|messages?|chats?|history)\b\s*(?:for|about|on|with|that mentions?)?/gi;
const post =
  /\b(?:post|write|say|announce)\s+["“']?([^\n]{1,500}?)["”']?\s+(?:in|to|into)\s+(?:the\s+)?room\s+([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})/i;
const nextRequest = /,?\s+(?:and|then)\s+(?:then\s+)?(?:tell|what|find|search|look|remember|show)\b.*$/i;

/** What an English text asks for. */
export function tasksInEnglish(text: string): readonly Task[] {
  const recall = recallIn(text);
  const found = [rememberIn(text, recall), recall, searchIn(text), postIn(text)];
  const clockTask: Task | undefined = clock.test(text) ? { kind: 'clock' } : undefined;
  return [clockTask, ...found].filter((task) => task !== undefined);
}

function recallIn(text: string): Task | undefined {
  if (recallAll.test(text)) return { kind: 'recall' };
  const match = recallOne.exec(text);
  const words = match?.[1] ?? match?.[2];
  return words === undefined ? undefined : { kind: 'recall', key: memoryKeyOf(withoutNext(words)) };
}

function rememberIn(text: string, recall: Task | undefined): Task | undefined {
  const fact = rememberFact.exec(text);
  if (fact?.[1] !== undefined && fact[2] !== undefined) {
    return { kind: 'remember', key: memoryKeyOf(fact[1]), value: withoutNext(fact[2]) };
  }
  // "Do you remember my name?" asks; it does not tell.
  if (recall !== undefined) return undefined;
  const value = withoutNext(rememberText.exec(text)?.[1] ?? '');
  if (value === '') return undefined;
  return { kind: 'remember', key: memoryKeyOf(keyTermsOf(value, 3).join(' ')), value };
}

function searchIn(text: string): Task | undefined {
  const words = search.exec(text)?.[1];
  const query = withoutNext((words ?? '').replaceAll(searchPlace, ' '))
    .replace(/^\s*(?:for|about)\s+/i, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
  return query === '' ? undefined : { kind: 'search', query };
}

function postIn(text: string): Task | undefined {
  const [, said, roomId] = post.exec(text) ?? [];
  return said === undefined || roomId === undefined ? undefined : { kind: 'post', roomId, text: said };
}

function withoutNext(words: string): string {
  return words.replace(nextRequest, '').trim();
}
