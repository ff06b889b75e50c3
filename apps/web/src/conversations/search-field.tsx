import { LIMITS } from '@aura/contract';
import { CloseButton, Kbd, TextInput } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { type ReactElement, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './search-field.module.css';

const IS_APPLE = /Mac|iPhone|iPad/.test(navigator.userAgent);

interface SearchFieldProps {
  value: string;
  onChange: (value: string) => void;
}

export function SearchField({ value, onChange }: SearchFieldProps): ReactElement {
  const { t } = useTranslation();
  const inputRef = useRef<HTMLInputElement>(null);
  // The empty list of ignored tags lets the keys work from the composer too.
  useHotkeys([['mod+K', () => inputRef.current?.focus()]], []);
  return (
    <TextInput
      ref={inputRef}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || value === '') return;
        event.stopPropagation();
        onChange('');
      }}
      placeholder={t('conversations.search')}
      aria-label={t('conversations.search')}
      maxLength={LIMITS.searchChars}
      classNames={{ input: classes.input }}
      leftSection={<IconSearch size={16} aria-hidden />}
      rightSectionWidth={value === '' ? 56 : 34}
      rightSection={
        value === '' ? (
          <Kbd size="xs" aria-hidden className={classes.keys}>
            {IS_APPLE ? '⌘K' : 'Ctrl K'}
          </Kbd>
        ) : (
          <CloseButton size="sm" onClick={() => onChange('')} aria-label={t('conversations.clearSearch')} />
        )
      }
    />
  );
}
