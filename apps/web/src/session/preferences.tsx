import { SegmentedControl, useMantineColorScheme } from '@mantine/core';
import { type ReactElement, type ReactNode, useId } from 'react';
import { useTranslation } from 'react-i18next';
import { changeLanguage } from '../i18n/i18n.ts';
import { LANGUAGE_NAMES, LANGUAGES, parseLanguage } from '../i18n/language.ts';
import classes from './preferences.module.css';

const SCHEMES = ['light', 'dark', 'auto'] as const;

/** Theme and language; both are kept in this browser. */
export function Preferences(): ReactElement {
  const { t, i18n } = useTranslation();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <div className={classes.root}>
      <Field label={t('session.theme')}>
        {(labelId) => (
          <SegmentedControl
            fullWidth
            size="xs"
            aria-labelledby={labelId}
            value={colorScheme}
            onChange={setColorScheme}
            data={SCHEMES.map((value) => ({ value, label: t(`session.themes.${value}`) }))}
          />
        )}
      </Field>
      <Field label={t('session.language')}>
        {(labelId) => (
          <SegmentedControl
            fullWidth
            size="xs"
            aria-labelledby={labelId}
            value={parseLanguage(i18n.language) ?? 'en'}
            onChange={(language) => void changeLanguage(language)}
            data={LANGUAGES.map((value) => ({ value, label: LANGUAGE_NAMES[value] }))}
          />
        )}
      </Field>
    </div>
  );
}

function Field({
  label,
  children,
}: {
  label: string;
  children: (labelId: string) => ReactNode;
}): ReactElement {
  const id = useId();
  return (
    <div>
      <div id={id} className={classes.label}>
        {label}
      </div>
      {children(id)}
    </div>
  );
}
