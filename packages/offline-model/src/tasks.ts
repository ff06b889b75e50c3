import { tasksInEnglish } from './tasks-english.ts';
import { tasksInKorean } from './tasks-korean.ts';
import { languageOf } from './words.ts';

/** Something a user asks for that a tool can do. */
export type Task =
  | { kind: 'clock' }
  | { kind: 'remember'; key: string; value: string }
  | { kind: 'recall'; key?: string }
  | { kind: 'search'; query: string }
  | { kind: 'post'; roomId: string; text: string };

/** Patterns below look ahead; on a whole pasted document that takes long and finds nothing more. */
const maxAnalysedChars = 1000;

/** Finds what free text asks for, at most one task of each kind, in the order of work. */
export function tasksOf(text: string): readonly Task[] {
  const head = text.slice(0, maxAnalysedChars);
  return languageOf(text) === 'ko' ? tasksInKorean(head) : tasksInEnglish(head);
}

/** The tool that does a task, and its arguments. */
export function toolCallFor(task: Task): { name: string; arguments: string } {
  switch (task.kind) {
    case 'clock':
      return { name: 'clock_now', arguments: '{}' };
    case 'remember':
      return { name: 'remember', arguments: JSON.stringify({ key: task.key, value: task.value }) };
    case 'recall':
      return { name: 'recall', arguments: JSON.stringify(task.key === undefined ? {} : { key: task.key }) };
    case 'search':
      return { name: 'search_conversations', arguments: JSON.stringify({ query: task.query }) };
    case 'post':
      return { name: 'post_to_room', arguments: JSON.stringify({ roomId: task.roomId, text: task.text }) };
  }
}
