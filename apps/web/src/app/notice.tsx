import type { ReactElement, ReactNode } from 'react';
import { Logo } from './logo.tsx';
import classes from './notice.module.css';

interface NoticeProps {
  title: string;
  body: string;
  action?: ReactNode;
}

/** A page, or part of one, that has nothing to show but a sentence and a way on. */
export function Notice({ title, body, action }: NoticeProps): ReactElement {
  return (
    <div className={classes.root} role="alert">
      <Logo size={36} />
      <h1 className={classes.title}>{title}</h1>
      <p className={classes.body}>{body}</p>
      {action}
    </div>
  );
}
