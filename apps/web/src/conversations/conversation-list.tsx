import { useConversations } from '@aura/client/react';
import { Button } from '@mantine/core';
import { type ReactElement, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { LoadMore } from '../app/load-more.tsx';
import { useNow } from '../app/use-now.ts';
import classes from './conversation-list.module.css';
import { ConversationRow } from './conversation-row.tsx';
import { EmptyList } from './empty-list.tsx';
import { groupConversations } from './group-conversations.ts';
import { ListSkeleton } from './list-skeleton.tsx';
import { useWaitingConversations } from './use-waiting-conversations.ts';

const MINUTE_MS = 60_000;

interface ConversationListProps {
  isArchive: boolean;
  query: string;
  onNavigate?: (() => void) | undefined;
}

export function ConversationList({ isArchive, query, onNavigate }: ConversationListProps): ReactElement {
  const { t } = useTranslation();
  const list = useConversations({ isArchived: isArchive, ...(query === '' ? {} : { query }) });
  const waiting = useWaitingConversations();
  const now = useNow(MINUTE_MS);
  const groups = useMemo(() => groupConversations(list.conversations, now), [list.conversations, now]);

  if (list.status === 'loading') return <ListSkeleton />;
  if (list.status === 'error' && list.conversations.length === 0) {
    return (
      <div className={classes.failed} role="alert">
        {t('conversations.loadFailed')}
        <Button variant="default" size="compact-sm" onClick={list.loadMore}>
          {t('app.tryAgain')}
        </Button>
      </div>
    );
  }
  if (groups.length === 0) return <EmptyList isArchive={isArchive} query={query} />;
  return (
    <>
      {groups.map(({ name, conversations }) => (
        <section key={name} aria-label={t(`conversations.${name}`)}>
          <h2 className={classes.heading}>{t(`conversations.${name}`)}</h2>
          <ul className={classes.list}>
            {conversations.map((conversation) => (
              <ConversationRow
                key={conversation.id}
                conversation={conversation}
                isWaiting={waiting.has(conversation.id)}
                onNavigate={onNavigate}
              />
            ))}
          </ul>
        </section>
      ))}
      {list.hasMore && (
        <LoadMore
          label={t('conversations.loadMore')}
          isLoading={list.isLoadingMore}
          hasFailed={list.status === 'error'}
          onLoad={list.loadMore}
        />
      )}
    </>
  );
}
