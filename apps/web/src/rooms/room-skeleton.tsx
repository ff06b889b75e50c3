import { Skeleton } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './live-room.module.css';

const WIDTHS = ['46%', '72%', '38%', '64%'];

export function RoomSkeleton(): ReactElement {
  const { t } = useTranslation();
  return (
    <output className={classes.skeleton} aria-label={t('rooms.page.loading')}>
      {WIDTHS.map((width) => (
        <div key={width} className={classes.skeletonRow}>
          <Skeleton circle height={34} />
          <div className={classes.skeletonText}>
            <Skeleton height={10} width="7rem" radius="xl" />
            <Skeleton height={10} width={width} radius="xl" />
          </div>
        </div>
      ))}
    </output>
  );
}
