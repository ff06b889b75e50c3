import { LIMITS, type RoomState } from '@aura/contract';
import { useRoomSearch } from '@aura/client/react';
import { Button, Loader, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { type ReactElement, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LoadMore } from '../app/load-more.tsx';
import { useErrorText } from '../i18n/use-error-text.ts';
import { FoundMessages } from './found-messages.tsx';
import { SidePanel } from './side-panel.tsx';
import classes from './side-panel.module.css';
import { useRoomPanel } from './use-room-panel.ts';

/** It is looked for once the typing rests. */
const TYPING_MS = 250;

/** What was said in the room, by words, the newest first. */
export function SearchPanel({ state, words }: { state: RoomState; words: string }): ReactElement {
  const { t } = useTranslation();
  const { keepWords } = useRoomPanel();
  const [text, setText] = useState(words);
  const [query] = useDebouncedValue(text.trim(), TYPING_MS);
  useEffect(() => {
    if (query !== words) keepWords(query);
  }, [query, words, keepWords]);
  const inputRef = useRef<HTMLInputElement>(null);
  useEffect(() => inputRef.current?.focus(), []);
  return (
    <SidePanel title={t('rooms.search.title')}>
      <div className={classes.scroller}>
        <div className={classes.tools}>
          <TextInput
            ref={inputRef}
            type="search"
            size="sm"
            value={text}
            maxLength={LIMITS.searchChars}
            onChange={(event) => setText(event.currentTarget.value)}
            placeholder={t('rooms.search.placeholder')}
            aria-label={t('rooms.search.placeholder')}
            leftSection={<IconSearch size={16} aria-hidden />}
          />
        </div>
        <Hits state={state} query={query} />
      </div>
    </SidePanel>
  );
}

function Hits({ state, query }: { state: RoomState; query: string }): ReactElement {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const search = useRoomSearch({ roomId: state.room.id, query });
  if (query === '') return <p className={classes.note}>{t('rooms.search.lead')}</p>;
  if (search.status === 'loading') {
    return <Loader size="sm" className={classes.loader} aria-label={t('app.loading')} />;
  }
  if (search.status === 'error' && search.messages.length === 0) {
    return (
      <div className={classes.failed} role="alert">
        {t('rooms.search.failed')} {errorText(search.error)}
        <Button variant="default" size="compact-sm" onClick={search.loadMore}>
          {t('app.tryAgain')}
        </Button>
      </div>
    );
  }
  return (
    <>
      {search.messages.length === 0 && (
        <output className={classes.note}>{t('rooms.search.none', { query })}</output>
      )}
      <FoundMessages messages={search.messages} />
      {search.hasMore && (
        <LoadMore
          label={t('rooms.browser.loadMore')}
          isLoading={search.isLoadingMore}
          hasFailed={search.status === 'error'}
          onLoad={search.loadMore}
        />
      )}
    </>
  );
}
