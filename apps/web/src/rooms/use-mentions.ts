import { type KeyboardEvent, type RefObject, useId, useLayoutEffect, useRef, useState } from 'react';
import type { ComposerField } from '../conversation/composer.tsx';
import {
  matchingPeople,
  type Mentionable,
  type MentionQuery,
  mentionQueryAt,
  withMention,
} from './mention-query.ts';
import { useRoomScene } from './room-context.ts';

interface MentionsOptions {
  text: string;
  setText: (text: string) => void;
  inputRef: RefObject<HTMLTextAreaElement | null>;
}

export interface Mentions {
  listId: string;
  /** Empty: nobody is being named. */
  choices: readonly Mentionable[];
  activeIndex: number;
  choose: (index: number) => void;
  /** Looks anew at what is being typed. */
  look: () => void;
  /** What the field needs to work the list by keys, and to tell of it. */
  field: Omit<ComposerField, 'ref'>;
}

/** The agent, as somebody who can be named; its id is nobody's. */
const AGENT: Mentionable = { userId: 'agent', name: 'agent' };
const MAX_CHOICES = 8;

/** Who may be meant by the `@…` that is being typed. */
export function useMentions({ text, setText, inputRef }: MentionsOptions): Mentions {
  const { members, reader } = useRoomScene();
  const listId = useId();
  const [query, setQuery] = useState<MentionQuery | null>(null);
  const [activeIndex, setActiveIndex] = useState(0);
  const caretRef = useRef<number | null>(null);
  const others = members.filter(({ userId }) => userId !== reader.userId);
  const choices = query === null ? [] : matchingPeople([AGENT, ...others], query.query).slice(0, MAX_CHOICES);

  useLayoutEffect(() => {
    if (caretRef.current === null) return;
    inputRef.current?.setSelectionRange(caretRef.current, caretRef.current);
    caretRef.current = null;
  });

  const look = () => {
    const input = inputRef.current;
    const next = input === null ? null : mentionQueryAt(input.value, input.selectionEnd);
    setQuery(next);
    if (next?.query !== query?.query) setActiveIndex(0);
  };
  const choose = (index: number) => {
    const choice = choices[index];
    if (query === null || choice === undefined) return;
    const chosen = withMention(text, query, choice.name);
    caretRef.current = chosen.caret;
    setText(chosen.text);
    setQuery(null);
    inputRef.current?.focus();
  };
  /** True when the key was the list's. */
  const onKeyDown = (event: KeyboardEvent): boolean => {
    if (choices.length === 0) return false;
    switch (event.key) {
      case 'ArrowDown':
      case 'ArrowUp': {
        const step = event.key === 'ArrowDown' ? 1 : choices.length - 1;
        setActiveIndex((activeIndex + step) % choices.length);
        return true;
      }
      case 'Enter':
      case 'Tab':
        choose(activeIndex);
        return true;
      case 'Escape':
        setQuery(null);
        return true;
      default:
        return false;
    }
  };
  const isOpen = choices.length > 0;
  return {
    listId,
    choices,
    activeIndex,
    choose,
    look,
    field: {
      onKeyDown,
      onSelect: look,
      onBlur: () => setQuery(null),
      'aria-autocomplete': 'list',
      'aria-controls': isOpen ? listId : undefined,
      'aria-activedescendant': isOpen ? `${listId}-${activeIndex}` : undefined,
    },
  };
}
