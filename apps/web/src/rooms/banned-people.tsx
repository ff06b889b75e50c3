import { useAura, useRoomBans } from '@aura/client/react';
import { Button } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { LoadMore } from '../app/load-more.tsx';
import { PersonAvatar } from './person-avatar.tsx';
import { useRoomScene } from './room-context.ts';
import classes from './side-panel.module.css';
import { useAttempt } from './use-attempt.ts';

/** Who cannot come back, and a way to let them. Read anew whenever the members change: a ban takes one away. */
export function BannedPeople(): ReactElement | null {
  const { t } = useTranslation();
  const client = useAura();
  const { room, members } = useRoomScene();
  const attempt = useAttempt();
  const list = useRoomBans({ roomId: room.id, revision: members.length });
  if (list.bans.length === 0) return null;
  const lift = async (userId: string) => {
    const isLifted = await attempt(() => client.chat.unban.mutate({ roomId: room.id, userId }));
    if (isLifted) await list.refresh();
  };
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
