import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Logo } from './logo.tsx';
import classes from './splash.module.css';

/** Shown while nothing is known yet; it fades in late, so that a quick start shows nothing at all. */
export function Splash(): ReactElement {
  const { t } = useTranslation();
  return (
    <output className={classes.root} aria-label={t('app.loading')}>
      <Logo size={40} />
    </output>
  );
}
