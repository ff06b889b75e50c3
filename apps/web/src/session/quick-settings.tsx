import {
  ActionIcon,
  Button,
  Group,
  Tooltip,
  useComputedColorScheme,
  useMantineColorScheme,
} from '@mantine/core';
import { IconMoon, IconSun } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { changeLanguage } from '../i18n/i18n.ts';
import { LANGUAGE_NAMES, parseLanguage } from '../i18n/language.ts';

/** Language and theme for someone who is not signed in yet. */
export function QuickSettings(): ReactElement {
  const { t, i18n } = useTranslation();
  const { setColorScheme } = useMantineColorScheme();
  const other = useComputedColorScheme('light') === 'dark' ? 'light' : 'dark';
  const otherLanguage = parseLanguage(i18n.language) === 'ko' ? 'en' : 'ko';
  const themeLabel = `${t('session.theme')}: ${t(`session.themes.${other}`)}`;
  return (
    <Group gap={4}>
      <Button
        variant="subtle"
        color="gray"
        size="compact-sm"
        lang={otherLanguage}
        onClick={() => void changeLanguage(otherLanguage)}
      >
        {LANGUAGE_NAMES[otherLanguage]}
      </Button>
      <Tooltip label={themeLabel}>
        <ActionIcon
          variant="subtle"
          color="gray"
          onClick={() => setColorScheme(other)}
          aria-label={themeLabel}
        >
          {other === 'dark' ? <IconMoon size={18} /> : <IconSun size={18} />}
        </ActionIcon>
      </Tooltip>
    </Group>
  );
}
