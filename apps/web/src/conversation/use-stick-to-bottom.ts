import { type RefCallback, useCallback, useRef, useState } from 'react';

/** From here on a person who scrolls down is taken to want the newest again. */
const NEAR_BOTTOM_PX = 24;

export interface StickToBottom {
  scrollerRef: RefCallback<HTMLElement>;
  isAtBottom: boolean;
  toBottom: () => void;
  /** The place is somewhere else now. */
  letGo: () => void;
}

/**
 * Keeps the end of a growing scroll area in view for as long as the person is there. Any move upwards, by
 * wheel, finger, key or bar, lets go at once; coming back to the end takes hold again. Nothing else moves the page.
 */
export function useStickToBottom(): StickToBottom {
  const elementRef = useRef<HTMLElement | null>(null);
  const isStuckRef = useRef(true);
  const [isAtBottom, setIsAtBottom] = useState(true);

  const setStuck = useCallback((isStuck: boolean) => {
    isStuckRef.current = isStuck;
    setIsAtBottom(isStuck);
  }, []);
  const toBottom = useCallback(() => {
    setStuck(true);
    if (elementRef.current !== null) elementRef.current.scrollTop = elementRef.current.scrollHeight;
  }, [setStuck]);

  const letGo = useCallback(() => {
    setStuck(false);
    // Two frames on the place is taken: it may be the end after all, as where everything fits.
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        if (elementRef.current !== null && endDistance(elementRef.current) <= NEAR_BOTTOM_PX) setStuck(true);
      }),
    );
  }, [setStuck]);

  const scrollerRef = useCallback<RefCallback<HTMLElement>>(
    (element) => {
      if (element === null) return;
      elementRef.current = element;
      let lastTop = element.scrollTop;
      let lastHeight = element.scrollHeight;

      const onScroll = () => {
        const { scrollTop, scrollHeight } = element;
        const isUp = scrollTop < lastTop - 1;
        // Content that shrank moves the place up too; that was not the person.
        const didShrink = scrollHeight < lastHeight;
        // An area that grew shows the end by moving up as well.
        const isAtEnd = endDistance(element) <= 1;
        if (isAtEnd || (endDistance(element) <= NEAR_BOTTOM_PX && !isUp)) setStuck(true);
        else if (isUp && !didShrink) setStuck(false);
        lastTop = scrollTop;
        lastHeight = scrollHeight;
      };
      const onWheel = (event: WheelEvent) => {
        if (event.deltaY < 0 && element.scrollTop > 0) setStuck(false);
      };
      const follow = () => {
        if (isStuckRef.current) element.scrollTop = element.scrollHeight;
        lastTop = element.scrollTop;
        lastHeight = element.scrollHeight;
      };
      const observer = new ResizeObserver(follow);
      observer.observe(element);
      for (const child of element.children) observer.observe(child);
      element.addEventListener('scroll', onScroll, { passive: true });
      element.addEventListener('wheel', onWheel, { passive: true });
      return () => {
        observer.disconnect();
        element.removeEventListener('scroll', onScroll);
        element.removeEventListener('wheel', onWheel);
        elementRef.current = null;
      };
    },
    [setStuck],
  );
  return { scrollerRef, isAtBottom, toBottom, letGo };
}

function endDistance({ scrollHeight, clientHeight, scrollTop }: HTMLElement): number {
  return scrollHeight - clientHeight - scrollTop;
}
