import { useConversation } from '@aura/client/react';
import { Button } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { NotFound } from '../app/not-found.tsx';
import { Notice } from '../app/notice.tsx';
import { PageHeader } from '../app/page-header.tsx';
import { useErrorText } from '../i18n/use-error-text.ts';
import { ConversationSkeleton } from './conversation-skeleton.tsx';
import { LiveConversation } from './live-conversation.tsx';

export function ConversationPage(): ReactElement {
  const { conversationId = '' } = useParams();
  // Each conversation is its own page: no text, place or half-typed thing passes from one to the next.
  return <ConversationById key={conversationId} id={conversationId} />;
}

function ConversationById({ id }: { id: string }): ReactElement {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const live = useConversation(id);
  if (live.status === 'notFound') return <Apart content={<NotFound />} />;
  if (live.state !== null) {
    return live.state.isDeleted ? (
      <Apart content={<Deleted />} />
    ) : (
      <LiveConversation live={live} state={live.state} />
    );
  }
  if (live.status === 'error') {
    const action = <Button onClick={() => window.location.reload()}>{t('app.reload')}</Button>;
    return (
      <Apart
        content={<Notice title={t('conversation.loadFailed')} body={errorText(live.error)} action={action} />}
      />
    );
  }
  return <Apart content={<ConversationSkeleton />} />;
}

function Apart({ content }: { content: ReactElement }): ReactElement {
  return (
    <>
      <PageHeader />
      {content}
    </>
  );
}

function Deleted(): ReactElement {
  const { t } = useTranslation();
  return (
    <Notice
      title={t('conversation.deletedTitle')}
      body={t('conversation.deletedBody')}
      action={
        <Button component={Link} to="/">
          {t('app.goHome')}
        </Button>
      }
    />
  );
}
