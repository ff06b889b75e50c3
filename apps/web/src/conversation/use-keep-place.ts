import { type RefObject, useLayoutEffect, useRef } from 'react';

/**
 * Holds the page where it is while older messages appear above it. The ref is for the list, a child of what
 * scrolls; `firstKey` names the list's first child. The element that was first before stays at the same height on screen.
 */
export function useKeepPlace<E extends HTMLElement>(firstKey: string | undefined): RefObject<E | null> {
  const listRef = useRef<E>(null);
  const before = useRef<{ key: string | undefined; element: HTMLElement; top: number } | null>(null);
  useLayoutEffect(() => {
    const last = before.current;
    const scroller = listRef.current?.parentElement;
    if (last !== null && last.key !== firstKey && last.element.isConnected && scroller) {
      scroller.scrollTop += last.element.offsetTop - last.top;
    }
    const element = listRef.current?.firstElementChild;
    before.current =
      element instanceof HTMLElement ? { key: firstKey, element, top: element.offsetTop } : null;
  });
  return listRef;
}
