import { IconMessages } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './room-messages.module.css';

export function EmptyRoom(): ReactElement {
  const { t } = useTranslation();
  return (
    <div className={classes.empty}>
      <IconMessages size={34} stroke={1.4} aria-hidden />
      <h2>{t('rooms.list.emptyTitle')}</h2>
      <p>{t('rooms.list.emptyBody')}</p>
    </div>
  );
}
