import { LIMITS, type RoomListItem } from '@aura/contract';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './room-list.module.css';

/** How much is unread; mentions of the reader take its place, as they concern them. */
export function UnreadBadge({ item }: { item: RoomListItem }): ReactElement | null {
  const { t } = useTranslation();
  const { unreadCount, mentionCount } = item;
  if (mentionCount > 0) {
    return (
      <span className={classes.badge} data-mention data-badge>
        <span aria-hidden>@{shown(mentionCount)}</span>
        <span className="visually-hidden">{t('rooms.mentions', { count: mentionCount })}</span>
      </span>
    );
  }
  if (unreadCount === 0) return null;
  return (
    <span className={classes.badge} data-badge>
      <span aria-hidden>{shown(unreadCount)}</span>
      <span className="visually-hidden">{t('rooms.unread', { count: unreadCount })}</span>
    </span>
  );
}

/** Counting stops somewhere: then there is more. */
function shown(count: number): string {
  return count >= LIMITS.unreadMax ? `${LIMITS.unreadMax - 1}+` : String(count);
}
