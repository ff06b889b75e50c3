import { IconArchive, IconEye, IconVolumeOff } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { formatInstant } from '../i18n/format.ts';
import classes from './live-room.module.css';
import type { WriteBar } from './room-rights.ts';

/** Why nothing can be written, in the place where it would be. */
export function WriteBarNotice({ bar }: { bar: NonNullable<WriteBar> }): ReactElement {
  const { t, i18n } = useTranslation();
  switch (bar.kind) {
    case 'archived':
      return (
        <output className={classes.bar}>
          <IconArchive size={17} aria-hidden />
          {t('rooms.composer.archived')}
        </output>
      );
    case 'guest':
      return (
        <output className={classes.bar}>
          <IconEye size={17} aria-hidden />
          {t('rooms.composer.guest')}
        </output>
      );
    case 'muted':
      return (
        <output className={classes.bar}>
          <IconVolumeOff size={17} aria-hidden />
          {t('rooms.composer.muted', { until: formatInstant(bar.until, i18n.language) })}
        </output>
      );
  }
}
