import { Button } from '@mantine/core';
import { type ReactElement, useEffect, useRef } from 'react';
import classes from './load-more.module.css';

interface LoadMoreProps {
  label: string;
  isLoading: boolean;
  /** True after a failure: from then on only the button loads, or a broken server would be asked without end. */
  hasFailed: boolean;
  onLoad: () => void;
}

/** Loads as soon as it nearly comes into view; a button too, for keys and after a failure. */
export function LoadMore({ label, isLoading, hasFailed, onLoad }: LoadMoreProps): ReactElement {
  const ref = useRef<HTMLDivElement>(null);

  useEffect(() => {
    // Observed anew whenever the list has changed: a page that left the mark in view brings the next at once.
    if (isLoading || hasFailed || ref.current === null) return;
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting === true) onLoad();
      },
      { scrollMargin: '300px 0px' },
    );
    observer.observe(ref.current);
    return () => observer.disconnect();
  }, [isLoading, hasFailed, onLoad]);

  return (
    <div ref={ref} className={classes.root}>
      <Button variant="subtle" color="gray" size="compact-sm" loading={isLoading} onClick={onLoad}>
        {label}
      </Button>
    </div>
  );
}
