import type { RoomListItem } from '@aura/contract';
import { useInbox, useJoinRoom, useRooms } from '@aura/client/react';
import { Button, Skeleton, TextInput } from '@mantine/core';
import { useDebouncedValue, useDisclosure } from '@mantine/hooks';
import { IconPlus, IconSearch, IconUsers } from '@tabler/icons-react';
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { LoadMore } from '../app/load-more.tsx';
import { PageHeader } from '../app/page-header.tsx';
import { PageTitle } from '../app/page-title.tsx';
import { useErrorText } from '../i18n/use-error-text.ts';
import { CreateRoomModal } from './create-room-modal.tsx';
import { RoomIcon } from './room-icon.tsx';
import classes from './rooms-page.module.css';
import { useAttempt } from './use-attempt.ts';

const SEARCH_DELAY_MS = 200;

/** All rooms that anybody may join. */
export function RoomsPage(): ReactElement {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const [query] = useDebouncedValue(text.trim(), SEARCH_DELAY_MS);
  const [isCreating, creating] = useDisclosure(false);
  return (
    <>
      <PageTitle title={t('rooms.browser.title')} />
      <PageHeader />
      <div className={classes.scroller}>
        <div className={classes.page}>
          <div className={classes.top}>
            <div>
              <h1 className={classes.title}>{t('rooms.browser.title')}</h1>
              <p className={classes.lead}>{t('rooms.browser.lead')}</p>
            </div>
            <Button leftSection={<IconPlus size={16} />} onClick={creating.open}>
              {t('rooms.new')}
            </Button>
          </div>
          <TextInput
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
            placeholder={t('rooms.browser.search')}
            aria-label={t('rooms.browser.search')}
            leftSection={<IconSearch size={16} aria-hidden />}
          />
          <PublicRooms query={query} />
          <ArchivedRooms query={query} />
        </div>
      </div>
      <CreateRoomModal isOpen={isCreating} onClose={creating.close} />
    </>
  );
}

function PublicRooms({ query }: { query: string }): ReactElement {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const list = useRooms({ scope: 'public', query });
  const { rooms: mine } = useInbox();
  if (list.status === 'loading') {
    return (
      <output className={classes.list} aria-label={t('app.loading')}>
        <Skeleton height={64} radius="md" />
        <Skeleton height={64} radius="md" />
      </output>
    );
  }
  if (list.status === 'error' && list.rooms.length === 0) {
    return (
      <div className={classes.failed} role="alert">
        {t('rooms.browser.loadFailed')} {errorText(list.error)}
        <Button variant="default" size="compact-md" fz="sm" onClick={list.loadMore}>
          {t('app.tryAgain')}
        </Button>
      </div>
    );
  }
  if (list.rooms.length === 0) {
    return (
      <p className={classes.empty}>
        {query === '' ? t('rooms.browser.empty') : t('rooms.browser.emptySearch', { query })}
      </p>
    );
  }
  return (
    <>
      <ul className={classes.list}>
        {list.rooms.map((item) => (
          <RoomCard
            key={item.room.id}
            item={item}
            isJoined={item.role !== null || mine.some(({ room }) => room.id === item.room.id)}
          />
        ))}
      </ul>
      {list.hasMore && (
        <LoadMore
          label={t('rooms.browser.loadMore')}
          isLoading={list.isLoadingMore}
          hasFailed={list.status === 'error'}
          onLoad={list.loadMore}
        />
      )}
    </>
  );
}

/** The reader's rooms that were archived; nothing where there are none. */
function ArchivedRooms({ query }: { query: string }): ReactElement | null {
  const { t } = useTranslation();
  const list = useRooms({ scope: 'mine', isArchived: true, query });
  if (list.rooms.length === 0) return null;
  return (
    <section aria-label={t('rooms.browser.archived')} className={classes.archived}>
      <h2 className={classes.heading}>{t('rooms.browser.archived')}</h2>
      <ul className={classes.list}>
        {list.rooms.map((item) => (
          <RoomCard key={item.room.id} item={item} isJoined />
        ))}
      </ul>
      {list.hasMore && (
        <LoadMore
          label={t('rooms.browser.loadMore')}
          isLoading={list.isLoadingMore}
          hasFailed={list.status === 'error'}
          onLoad={list.loadMore}
        />
      )}
    </section>
  );
}

function RoomCard({ item, isJoined }: { item: RoomListItem; isJoined: boolean }): ReactElement {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const attempt = useAttempt();
  const join = useJoinRoom();
  const { room, memberCount } = item;
  const enter = async () => {
    const hasJoined = await attempt(() => join.mutateAsync({ roomId: room.id }));
    if (hasJoined) await navigate(`/rooms/${room.id}`);
  };
  return (
    <li className={classes.room}>
      <span className={classes.about}>
        <span className={classes.name}>
          <RoomIcon room={room} size={16} />
          {room.name}
        </span>
        {room.topic !== '' && <span className={classes.topic}>{room.topic}</span>}
        <span className={classes.facts}>
          <IconUsers size={13} aria-hidden />
          {t('rooms.members', { count: memberCount })}
          {isJoined && ` · ${t('rooms.browser.joined')}`}
        </span>
      </span>
      {isJoined ? (
        <Button component={Link} to={`/rooms/${room.id}`} variant="default" size="sm">
          {t('rooms.browser.open')}
        </Button>
      ) : (
        <Button
          size="sm"
          loading={join.isPending}
          onClick={() => void enter()}
          aria-label={t('rooms.browser.joinNamed', { name: room.name })}
        >
          {t('rooms.browser.join')}
        </Button>
      )}
    </li>
  );
}
