import type { RoomListItem } from '@aura/contract';
import { useInbox } from '@aura/client/react';
import { ActionIcon, Tooltip, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconCompass, IconPlus } from '@tabler/icons-react';
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, NavLink } from 'react-router';
import { CreateRoomModal } from './create-room-modal.tsx';
import { RoomIcon } from './room-icon.tsx';
import classes from './room-list.module.css';
import { UnreadBadge } from './unread-badge.tsx';

/** So many rooms stand above the conversations; those with something unread always do. */
const SHOWN_ROOMS = 6;

interface RoomListProps {
  onNavigate?: (() => void) | undefined;
}

/** The person's rooms, the one that somebody wrote in last first. */
export function RoomList({ onNavigate }: RoomListProps): ReactElement {
  const { t } = useTranslation();
  const { rooms, status } = useInbox();
  const [isCreating, creating] = useDisclosure(false);
  const [isWhole, setIsWhole] = useState(false);
  const shown = isWhole ? rooms : rooms.filter((item, index) => index < SHOWN_ROOMS || isUnread(item));
  return (
    <nav aria-label={t('rooms.title')} className={classes.root}>
      <header className={classes.head}>
        <h2 className={classes.heading}>{t('rooms.title')}</h2>
        <Tooltip label={t('rooms.browse')}>
          <ActionIcon
            component={Link}
            to="/rooms"
            onClick={onNavigate}
            variant="transparent"
            color="gray"
            size={26}
            aria-label={t('rooms.browse')}
          >
            <IconCompass size={16} />
          </ActionIcon>
        </Tooltip>
        <Tooltip label={t('rooms.new')}>
          <ActionIcon
            variant="transparent"
            color="gray"
            size={26}
            onClick={creating.open}
            aria-label={t('rooms.new')}
          >
            <IconPlus size={16} />
          </ActionIcon>
        </Tooltip>
      </header>
      {status === 'error' && (
        <p className={classes.note} role="alert">
          {t('rooms.loadFailed')}
        </p>
      )}
      {status === 'ready' && rooms.length === 0 && <p className={classes.note}>{t('rooms.empty')}</p>}
      <ul className={classes.list}>
        {shown.map((item) => (
          <RoomRow key={item.room.id} item={item} onNavigate={onNavigate} />
        ))}
      </ul>
      {(shown.length < rooms.length || isWhole) && (
        <UnstyledButton className={classes.more} onClick={() => setIsWhole(!isWhole)}>
          {isWhole ? t('rooms.showFewer') : t('rooms.showAll', { count: rooms.length })}
        </UnstyledButton>
      )}
      <CreateRoomModal isOpen={isCreating} onClose={creating.close} onCreated={onNavigate} />
    </nav>
  );
}

const isUnread = ({ unreadCount, mentionCount }: RoomListItem): boolean => unreadCount + mentionCount > 0;

interface RoomRowProps {
  item: RoomListItem;
  onNavigate: (() => void) | undefined;
}

function RoomRow({ item, onNavigate }: RoomRowProps): ReactElement {
  const { room } = item;
  return (
    <li>
      <NavLink
        to={`/rooms/${room.id}`}
        className={classes.link}
        onClick={onNavigate}
        title={room.name}
        data-unread={isUnread(item)}
      >
        <RoomIcon room={room} size={15} />
        <span className={classes.name}>{room.name}</span>
        <UnreadBadge item={item} />
      </NavLink>
    </li>
  );
}
