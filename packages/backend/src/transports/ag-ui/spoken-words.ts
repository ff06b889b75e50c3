import { type Event, EventType, type Message } from '@ag-ui/core';
import type { ThreadMirror } from './thread-mirror.ts';

/** A piece of what a model says, as run events have it. */
export interface Piece {
  /** The message or step it belongs to. */
  key: string;
  attempt: number;
  offset: number;
  text: string;
}

export interface SpokenWords {
  say(piece: Piece): Event[];
  /** All of it, in place of whatever its pieces have said. */
  settle(whole: Omit<Piece, 'offset'>): Event[];
  close(): Event[];
}

/** How a kind of words is told. */
export interface Voice {
  message(id: string, content: string): Message;
  start(id: string): Event[];
  content(id: string, delta: string): Event;
  end(id: string): Event[];
}

/**
 * One kind of words of a run, one message at a time: nothing → open ⇄ closed. A message of ours that is given in several
 * attempts is several here: AG-UI only ever appends, so each attempt has an id of its own, and when one is replaced the
 * client is sent its messages without it.
 */
export function createSpokenWords(voice: Voice, mirror: ThreadMirror): SpokenWords {
  let said: { id: string; key: string; attempt: number; text: string } | null = null;
  let isOpen = false;

  const close = (): Event[] => {
    if (said === null || !isOpen) return [];
    isOpen = false;
    return voice.end(said.id);
  };
  const takeBack = (): Event[] => {
    if (said === null) return [];
    const events = [...close(), ...mirror.vacate(said.id)];
    said = null;
    return events;
  };
  const begin = ({ key, attempt }: Pick<Piece, 'key' | 'attempt'>): Event[] => {
    const before = said?.key === key ? takeBack() : close();
    said = { id: attempt === 1 ? key : `${key}.${attempt}`, key, attempt, text: '' };
    return before;
  };
  const add = (text: string): Event[] => {
    if (said === null || text === '') return [];
    const { id } = said;
    const events: Event[] = said.text === '' ? mirror.vacate(id) : [];
    if (!isOpen) events.push(...voice.start(id));
    isOpen = true;
    said = { ...said, text: said.text + text };
    mirror.put(voice.message(id, said.text));
    return [...events, voice.content(id, text)];
  };

  return {
    say({ key, attempt, offset, text }) {
      if (said?.key === key && said.attempt > attempt) return [];
      const isNew = said?.key !== key || said.attempt < attempt;
      const events = isNew ? begin({ key, attempt }) : [];
      return [...events, ...add(text.slice(Math.max(0, (said?.text.length ?? 0) - offset)))];
    },
    settle({ key, attempt, text }) {
      const known = said?.key === key && said.attempt === attempt && text.startsWith(said.text) ? said : null;
      const events = known === null ? begin({ key, attempt }) : [];
      return [...events, ...add(text.slice(known?.text.length ?? 0)), ...close()];
    },
    close,
  };
}

/** The answer. */
export const ANSWER: Voice = {
  message: (id, content) => ({ id, role: 'assistant', content }),
  start: (messageId) => [{ type: EventType.TEXT_MESSAGE_START, messageId, role: 'assistant' }],
  content: (messageId, delta) => ({ type: EventType.TEXT_MESSAGE_CONTENT, messageId, delta }),
  end: (messageId) => [{ type: EventType.TEXT_MESSAGE_END, messageId }],
};

/** The thoughts before it; each is a span of its own. */
export const REASONING: Voice = {
  message: (id, content) => ({ id, role: 'reasoning', content }),
  start: (messageId) => [
    { type: EventType.REASONING_START, messageId },
    { type: EventType.REASONING_MESSAGE_START, messageId, role: 'reasoning' },
  ],
  content: (messageId, delta) => ({ type: EventType.REASONING_MESSAGE_CONTENT, messageId, delta }),
  end: (messageId) => [
    { type: EventType.REASONING_MESSAGE_END, messageId },
    { type: EventType.REASONING_END, messageId },
  ],
};
