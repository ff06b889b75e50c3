import type { RoomView } from '@aura/contract';
import { IconHash, IconLock } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './room-list.module.css';

/** Whether a room is for everybody or by invitation. */
export function RoomIcon({ room, size }: { room: Pick<RoomView, 'isPublic'>; size: number }): ReactElement {
  const { t } = useTranslation();
  const Icon = room.isPublic ? IconHash : IconLock;
  return (
    <span className={classes.icon}>
      <Icon size={size} aria-hidden />
      <span className="visually-hidden">{t(room.isPublic ? 'rooms.public' : 'rooms.private')}</span>
    </span>
  );
}
