import { IconAlertCircle, IconInfoCircle } from '@tabler/icons-react';
import type { ReactElement, ReactNode } from 'react';
import classes from './session-notice.module.css';

/** A sentence above the form, spoken as soon as it appears. */
export function SessionNotice({
  tone,
  children,
}: {
  tone: 'info' | 'error';
  children: ReactNode;
}): ReactElement {
  const Icon = tone === 'error' ? IconAlertCircle : IconInfoCircle;
  return (
    <div className={classes.root} data-tone={tone} role="alert">
      <Icon size={18} aria-hidden className={classes.icon} />
      <span>{children}</span>
    </div>
  );
}
