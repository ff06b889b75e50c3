import { useApprovals } from '@aura/client/react';
import { IconHandStop } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { NavLink } from 'react-router';
import classes from './inbox-link.module.css';

/** The way to the inbox, with how much waits there. */
export function InboxLink({ onNavigate }: { onNavigate?: (() => void) | undefined }): ReactElement {
  const { t } = useTranslation();
  const { count, hasMore } = useApprovals();
  return (
    <NavLink
      to="/approvals"
      className={classes.root}
      onClick={onNavigate}
      aria-label={count === 0 ? t('approvals.open') : t('approvals.openCount', { count })}
    >
      <IconHandStop size={17} aria-hidden />
      <span className={classes.label}>{t('approvals.open')}</span>
      {count > 0 && (
        <span className={classes.badge} data-badge>
          {count}
          {hasMore && '+'}
        </span>
      )}
    </NavLink>
  );
}
