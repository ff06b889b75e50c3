import type { ConversationView } from '@aura/contract';
import { Badge } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { PageHeader } from '../app/page-header.tsx';
import { PageTitle } from '../app/page-title.tsx';
import { ConversationSettings } from './conversation-settings.tsx';
import classes from './live-conversation.module.css';

export function ConversationHeader({ conversation }: { conversation: ConversationView }): ReactElement {
  const { t } = useTranslation();
  const title = conversation.title === '' ? t('conversations.untitled') : conversation.title;
  return (
    <PageHeader>
      <PageTitle title={title} />
      <div className={classes.header}>
        <h1 className={classes.title} title={title}>
          {title}
        </h1>
        {conversation.isArchived && (
          <Badge variant="light" color="gray" tt="none" fw={500}>
            {t('conversation.archivedNote')}
          </Badge>
        )}
        <span className={classes.model} title={t('conversation.model', { model: conversation.model })}>
          {conversation.model}
        </span>
        <ConversationSettings conversation={conversation} />
      </div>
    </PageHeader>
  );
}
