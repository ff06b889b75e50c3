import { UnstyledButton } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconArchive, IconArrowLeft, IconEdit } from '@tabler/icons-react';
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Logo } from '../app/logo.tsx';
import { InboxLink } from '../approvals/inbox-link.tsx';
import { RoomList } from '../rooms/room-list.tsx';
import { UserMenu } from '../session/user-menu.tsx';
import { ConversationList } from './conversation-list.tsx';
import { SearchField } from './search-field.tsx';
import classes from './sidebar.module.css';

const SEARCH_DELAY_MS = 200;

/** `onNavigate` is called when a link was followed, also one to the page that is open. */
export function Sidebar({ onNavigate }: { onNavigate?: () => void }): ReactElement {
  const { t } = useTranslation();
  const [isArchive, setIsArchive] = useState(false);
  const [text, setText] = useState('');
  const [query] = useDebouncedValue(text.trim(), SEARCH_DELAY_MS);
  return (
    <div className={classes.root}>
      <div className={classes.top}>
        <Link to="/" className={classes.brand} onClick={onNavigate}>
          <Logo size={24} />
          {t('app.name')}
        </Link>
        <Link to="/" className={classes.new} onClick={onNavigate}>
          <IconEdit size={17} aria-hidden />
          {t('conversations.new')}
        </Link>
        <InboxLink onNavigate={onNavigate} />
        <SearchField value={text} onChange={setText} />
      </div>
      <div className={classes.list}>
        {!isArchive && query === '' && <RoomList onNavigate={onNavigate} />}
        <nav aria-label={t(isArchive ? 'conversations.archived' : 'conversations.title')}>
          <ConversationList
            // A new question starts at the top of a new list.
            key={`${isArchive}:${query}`}
            isArchive={isArchive}
            query={query}
            onNavigate={onNavigate}
          />
        </nav>
      </div>
      <div className={classes.bottom}>
        <UnstyledButton
          className={classes.archive}
          onClick={() => setIsArchive(!isArchive)}
          aria-pressed={isArchive}
        >
          {isArchive ? <IconArrowLeft size={16} aria-hidden /> : <IconArchive size={16} aria-hidden />}
          {t(isArchive ? 'conversations.hideArchived' : 'conversations.showArchived')}
        </UnstyledButton>
        <UserMenu />
      </div>
    </div>
  );
}
