import { UnstyledButton } from '@mantine/core';
import { IconBookmark, IconClock, IconHistory, IconMap2 } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './new-conversation-page.module.css';

const SUGGESTIONS = [
  { name: 'plan', Icon: IconMap2 },
  { name: 'time', Icon: IconClock },
  { name: 'remember', Icon: IconBookmark },
  { name: 'recall', Icon: IconHistory },
] as const;

interface SuggestionsProps {
  isDisabled: boolean;
  onPick: (text: string) => void;
}

export function Suggestions({ isDisabled, onPick }: SuggestionsProps): ReactElement {
  const { t } = useTranslation();
  return (
    <ul className={classes.suggestions} aria-label={t('home.suggestionsLabel')}>
      {SUGGESTIONS.map(({ name, Icon }) => {
        const text = t(`home.suggestions.${name}.text`);
        return (
          <li key={name}>
            <UnstyledButton className={classes.suggestion} disabled={isDisabled} onClick={() => onPick(text)}>
              <Icon size={18} aria-hidden />
              <span>
                <span className={classes.suggestionTitle}>{t(`home.suggestions.${name}.title`)}</span>
                <span className={classes.suggestionText}>{text}</span>
              </span>
            </UnstyledButton>
          </li>
        );
      })}
    </ul>
  );
}
