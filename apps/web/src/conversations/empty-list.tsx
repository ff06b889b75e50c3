import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './conversation-list.module.css';

export function EmptyList({ isArchive, query }: { isArchive: boolean; query: string }): ReactElement {
  const { t } = useTranslation();
  if (query !== '') return <p className={classes.empty}>{t('conversations.emptySearch', { query })}</p>;
  if (isArchive) return <p className={classes.empty}>{t('conversations.emptyArchive')}</p>;
  return (
    <p className={classes.empty}>
      <strong>{t('conversations.empty')}</strong>
      {t('conversations.emptyBody')}
    </p>
  );
}
