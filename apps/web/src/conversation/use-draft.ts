import { useCallback, useState } from 'react';

/** The text of a composer, kept through reloads of this tab. `key` names the composer. */
export function useDraft(key: string): [text: string, setText: (text: string) => void] {
  const storageKey = `aura.draft.${key}`;
  const [text, setText] = useState(() => read(storageKey));
  const change = useCallback(
    (next: string) => {
      setText(next);
      write(storageKey, next);
    },
    [storageKey],
  );
  return [text, change];
}

function read(storageKey: string): string {
  try {
    return sessionStorage.getItem(storageKey) ?? '';
  } catch {
    return '';
  }
}

function write(storageKey: string, text: string): void {
  try {
    if (text === '') sessionStorage.removeItem(storageKey);
    else sessionStorage.setItem(storageKey, text);
  } catch {
    // Storage is off or full: the draft lasts as long as the page.
  }
}
