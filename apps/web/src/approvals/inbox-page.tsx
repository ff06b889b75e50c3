import { useApprovals } from '@aura/client/react';
import { Button, Skeleton } from '@mantine/core';
import { IconChecks } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { LoadMore } from '../app/load-more.tsx';
import { PageHeader } from '../app/page-header.tsx';
import { PageTitle } from '../app/page-title.tsx';
import { useErrorText } from '../i18n/use-error-text.ts';
import { ApprovalCard } from './approval-card.tsx';
import classes from './inbox-page.module.css';
import { useShownApprovals } from './use-shown-approvals.ts';

/** Everything that waits for the person, over all conversations. What is decided while they look stays in its place. */
export function InboxPage(): ReactElement {
  const { t } = useTranslation();
  return (
    <>
      <PageTitle title={t('approvals.title')} />
      <PageHeader />
      <div className={classes.scroller}>
        <div className={classes.page}>
          <h1 className={classes.title}>{t('approvals.title')}</h1>
          <p className={classes.lead}>{t('approvals.lead')}</p>
          <InboxList />
        </div>
      </div>
    </>
  );
}

function InboxList(): ReactElement {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const inbox = useApprovals();
  const shown = useShownApprovals(inbox);
  if (inbox.status === 'loading') {
    return (
      <output className={classes.list} aria-label={t('approvals.loading')}>
        <Skeleton height={180} radius="md" />
        <Skeleton height={180} radius="md" />
      </output>
    );
  }
  if (inbox.status === 'error' && shown.length === 0) {
    return (
      <div className={classes.failed} role="alert">
        {t('approvals.loadFailed')} {errorText(inbox.error)}
        <Button variant="default" size="compact-md" fz="sm" onClick={inbox.loadMore}>
          {t('app.tryAgain')}
        </Button>
      </div>
    );
  }
  return (
    <>
      <ul className={classes.list}>
        {shown.map((approval) => (
          <li key={approval.id}>
            <ApprovalCard approval={approval} place="inbox" />
          </li>
        ))}
      </ul>
      {inbox.count === 0 && <Empty />}
      {inbox.hasMore && (
        <LoadMore
          label={t('approvals.loadMore')}
          isLoading={inbox.isLoadingMore}
          hasFailed={inbox.status === 'error'}
          onLoad={inbox.loadMore}
        />
      )}
    </>
  );
}

function Empty(): ReactElement {
  const { t } = useTranslation();
  return (
    <div className={classes.empty}>
      <IconChecks size={30} stroke={1.5} aria-hidden />
      <h2 className={classes.emptyTitle}>{t('approvals.emptyTitle')}</h2>
      <p className={classes.emptyBody}>{t('approvals.emptyBody')}</p>
    </div>
  );
}
