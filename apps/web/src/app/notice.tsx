import type { ReactElement, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Logo } from './logo.tsx';
import classes from './notice.module.css';

interface NoticeProps {
  title: string;
  /** Right below the title. */
  lead?: string;
  body: string;
  action?: ReactNode;
}

/** A page, or part of one, that has nothing to show but a sentence and a way on. */
export function Notice({ title, lead = '', body, action }: NoticeProps): ReactElement {
  const { t } = useTranslation();
  return (
    <div className={classes.root} role="alert">
      <title>{`${title} · ${t('app.name')}`}</title>
      <Logo size={36} />
      <h1 className={classes.title}>{title}</h1>
      {lead !== '' && <p className={classes.lead}>{lead}</p>}
      <p className={classes.body}>{body}</p>
      {action}
    </div>
  );
}
