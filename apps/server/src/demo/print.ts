import type { ConversationFeedEvent } from '@aura/contract';

const MAX_CHARS = 110;

/** One line for an event: its place, its type and the beginning of its data. */
export function print(event: ConversationFeedEvent): void {
  const detail = JSON.stringify(event.data);
  const shown = detail.length > MAX_CHARS ? `${detail.slice(0, MAX_CHARS)}…` : detail;
  say(`${String(event.seq).padStart(5)}  ${event.type.padEnd(22)} ${shown}`);
}

export const say = (line: string): void => console.log(line);
export const mark = (isRight: boolean): string => (isRight ? '✔' : '✘');
