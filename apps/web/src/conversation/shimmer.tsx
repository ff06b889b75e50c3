import type { ReactElement, ReactNode } from 'react';
import classes from './shimmer.module.css';

/** Words that something is going on, with light running over them. */
export function Shimmer({ children }: { children: ReactNode }): ReactElement {
  return <span className={classes.root}>{children}</span>;
}
