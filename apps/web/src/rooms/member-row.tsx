import type { RoomMemberView } from '@aura/contract';
import { Badge } from '@mantine/core';
import { IconVolumeOff } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useNow } from '../app/use-now.ts';
import { formatInstant } from '../i18n/format.ts';
import { MemberMenu } from './member-menu.tsx';
import { PersonAvatar } from './person-avatar.tsx';
import { useRoomScene } from './room-context.ts';
import { isOwner, outranks } from './room-rights.ts';
import classes from './side-panel.module.css';

const MINUTE_MS = 60_000;

interface MemberRowProps {
  member: RoomMemberView;
  isOnline: boolean;
}

export function MemberRow({ member, isOnline }: MemberRowProps): ReactElement {
  const { t, i18n } = useTranslation();
  const { room, reader } = useRoomScene();
  const now = useNow(MINUTE_MS);
  const { name, role, mutedUntil } = member;
  const isMe = member.userId === reader.userId;
  const isMuted = mutedUntil !== null && Date.parse(mutedUntil) > now;
  const canAct = room.archivedAt === null && (isOwner(reader) || outranks(reader, member));
  return (
    <li className={classes.member} data-member={member.userId} data-online={isOnline}>
      <PersonAvatar name={name} isOnline={isOnline} />
      <span className={classes.who}>
        <span className={classes.name}>
          {name}
          {isMe && <span className={classes.faint}>({t('rooms.memberPanel.you')})</span>}
        </span>
        <span className="visually-hidden">
          {t(isOnline ? 'rooms.memberPanel.online' : 'rooms.memberPanel.offline')}
        </span>
        {isMuted && (
          <span className={classes.faint}>
            <IconVolumeOff size={12} aria-hidden />
            {t('rooms.memberPanel.muted', { until: formatInstant(mutedUntil, i18n.language) })}
          </span>
        )}
      </span>
      {role !== 'member' && (
        <Badge variant="light" color={role === 'owner' ? 'celadon' : 'gray'} tt="none" fw={500} size="sm">
          {t(`rooms.memberPanel.role.${role}`)}
        </Badge>
      )}
      {canAct && <MemberMenu member={member} isMuted={isMuted} />}
    </li>
  );
}
