import { IconPinFilled } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './room-message.module.css';

export function PinnedMark(): ReactElement {
  const { t } = useTranslation();
  return (
    <span className={classes.pinned}>
      <IconPinFilled size={12} aria-hidden />
      {t('rooms.message.pinned')}
    </span>
  );
}
