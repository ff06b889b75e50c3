import { useRoomBans, useUnban } from '@aura/client/react';
import { Button } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { LoadMore } from '../app/load-more.tsx';
import { PersonAvatar } from './person-avatar.tsx';
import { useRoomScene } from './room-context.ts';
import classes from './side-panel.module.css';
import { useAttempt } from './use-attempt.ts';

/** Who cannot come back, and a way to let them. */
export function BannedPeople(): ReactElement | null {
  const { t } = useTranslation();
  const { room } = useRoomScene();
  const unban = useUnban();
  const attempt = useAttempt();
  const list = useRoomBans({ roomId: room.id });
  if (list.bans.length === 0) return null;
  const lift = async (userId: string) => await attempt(() => unban.mutateAsync({ roomId: room.id, userId }));
  return (
    <section aria-label={t('rooms.memberPanel.banned')}>
      <h3 className={classes.heading}>{t('rooms.memberPanel.banned')}</h3>
      <ul className={classes.members}>
        {list.bans.map(({ userId, name, reason }) => (
          <li key={userId} className={classes.member}>
            <PersonAvatar name={name} />
            <span className={classes.who}>
              <span className={classes.name}>{name}</span>
              {reason !== null && <span className={classes.faint}>{reason}</span>}
            </span>
            <Button
              variant="default"
              size="compact-xs"
              onClick={() => void lift(userId)}
              aria-label={t('rooms.memberPanel.unban', { name })}
            >
              {t('rooms.memberPanel.lift')}
            </Button>
          </li>
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
