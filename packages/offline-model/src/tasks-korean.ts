import { memoryKeyOf } from './memory-key.ts';
import type { Task } from './tasks.ts';
import { keyTermsOf } from './words.ts';

const clock = /몇\s*시(?!간)|며칠|무슨\s*요일|(?:오늘|지금|현재)\s*(?:의\s*)?(?:날짜|시각|시간)/;
const recallAll =
  /(?:뭐|뭘|무엇|어떤\s*것)[^.!\n]{0,20}(?:기억|알고)|기억하고\s*있는|기억하는\s*(?:것|거|게)|내가\s*누구/;
const recallOne =
  /(?:내|제|나의|저의)\s+([^.?!\n]{1,60}?)(?:은|는|이|가|을|를)?\s*(?:뭐|무엇|누구|어디|언제|기억(?:해|하니|나)\s*\?)/;
const rememberVerb = /기억\s*(?:해|하)|외워|메모\s*해/;
const myFact = (particle: string): RegExp =>
  new RegExp(
    `(?:내|제|나의|저의)\\s+([^.,\\n]{1,60}?)(?:${particle})\\s+(.{1,200}?)` +
      '(?:(?:이라고|라고|이라는|라는|이에요|이예요|예요|입니다|이야|야)(?=[\\s.,!]|$)|[.,!\\n]|$)',
  );
// The topic particle first: in "고양이 이름은" the 이 of 고양이 would pass for the subject particle.
const rememberFacts = [myFact('은|는'), myFact('이|가')];
const search = /([^.?!\n]{1,200}?)(?:을|를)?\s*(?:찾아|검색\s*(?:해|하))/;
const searchPlace =
  /^\s*(?:내|제|지난|예전|모든)?\s*(?:대화|채팅|메시지|기록)(?:들)?\s*(?:에서|중에서?|중)\s*/;
const post =
  /([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})\s*방?에\s*["“']?([^\n]{1,500}?)["”']?\s*(?:이라고|라고)\s*(?:올려|써|적어|남겨|전해|말해)/i;

/** What a Korean text asks for. */
export function tasksInKorean(text: string): readonly Task[] {
  const recall = recallIn(text);
  const clockTask: Task | undefined = clock.test(text) ? { kind: 'clock' } : undefined;
  const found = [
    clockTask,
    recall === undefined ? rememberIn(text) : undefined,
    recall,
    searchIn(text),
    postIn(text),
  ];
  return found.filter((task) => task !== undefined);
}

function recallIn(text: string): Task | undefined {
  if (recallAll.test(text)) return { kind: 'recall' };
  const words = recallOne.exec(text)?.[1];
  return words === undefined ? undefined : { kind: 'recall', key: memoryKeyOf(words) };
}

function rememberIn(text: string): Task | undefined {
  if (!rememberVerb.test(text)) return undefined;
  for (const pattern of rememberFacts) {
    const [, key, value] = pattern.exec(text) ?? [];
    if (key !== undefined && value !== undefined) {
      return { kind: 'remember', key: memoryKeyOf(key), value: value.trim() };
    }
  }
  const value = text
    .replace(/[,.]?\s*(?:꼭\s*)?(?:기억\s*해|기억\s*하|외워|메모\s*해).*$/su, '')
    .replace(/(?:다|라)고$/, (ending) => (ending === '다고' ? '다' : ''))
    .trim();
  return value === ''
    ? undefined
    : { kind: 'remember', key: memoryKeyOf(keyTermsOf(value, 3).join(' ')), value };
}

function searchIn(text: string): Task | undefined {
  const query = (search.exec(text)?.[1] ?? '').replace(searchPlace, '').trim();
  return query === '' ? undefined : { kind: 'search', query };
}

function postIn(text: string): Task | undefined {
  const [, roomId, said] = post.exec(text) ?? [];
  return said === undefined || roomId === undefined ? undefined : { kind: 'post', roomId, text: said };
}
