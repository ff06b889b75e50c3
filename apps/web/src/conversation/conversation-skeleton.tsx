import { Skeleton } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './live-conversation.module.css';

export function ConversationSkeleton(): ReactElement {
  const { t } = useTranslation();
  return (
    <output className={classes.skeleton} aria-label={t('conversation.loading')}>
      <Skeleton height={40} width="42%" radius="xl" ml="auto" mb="md" />
      <Skeleton height={12} width="88%" radius="xl" />
      <Skeleton height={12} width="94%" radius="xl" />
      <Skeleton height={12} width="61%" radius="xl" />
    </output>
  );
}
