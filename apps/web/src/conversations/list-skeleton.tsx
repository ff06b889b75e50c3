import { Skeleton } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './conversation-list.module.css';

const WIDTHS = ['70%', '88%', '54%', '79%', '63%'];

export function ListSkeleton(): ReactElement {
  const { t } = useTranslation();
  return (
    <output className={classes.skeleton} aria-label={t('app.loading')}>
      {WIDTHS.map((width) => (
        <Skeleton key={width} height={10} width={width} radius="xl" />
      ))}
    </output>
  );
}
