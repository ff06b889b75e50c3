import type { RoomMemberView, RoomRole } from '@aura/contract';
import { useAura, useBan } from '@aura/client/react';
import { ActionIcon, Menu } from '@mantine/core';
import {
  IconBan,
  IconCrown,
  IconDots,
  IconShield,
  IconUser,
  IconUserMinus,
  IconVolume,
  IconVolumeOff,
} from '@tabler/icons-react';
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ConfirmModal } from '../app/confirm-modal.tsx';
import { useRoomScene } from './room-context.ts';
import { isOwner, outranks } from './room-rights.ts';
import { useAttempt } from './use-attempt.ts';

const HOUR_SECONDS = 3_600;
const ROLES: {
  role: RoomRole;
  label: 'makeOwner' | 'makeModerator' | 'makeMember';
  Icon: typeof IconUser;
}[] = [
  { role: 'owner', label: 'makeOwner', Icon: IconCrown },
  { role: 'moderator', label: 'makeModerator', Icon: IconShield },
  { role: 'member', label: 'makeMember', Icon: IconUser },
];

interface MemberMenuProps {
  member: RoomMemberView;
  isMuted: boolean;
}

/** What owners and moderators can do about a member. */
export function MemberMenu({ member, isMuted }: MemberMenuProps): ReactElement {
  const { t } = useTranslation();
  const client = useAura();
  const { room, reader } = useRoomScene();
  const attempt = useAttempt();
  const ban = useBan();
  const [isAsking, setIsAsking] = useState<'remove' | 'ban' | null>(null);
  const { userId, name } = member;
  const target = { roomId: room.id, userId };
  const canModerate = outranks(reader, member);
  return (
    <>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <ActionIcon
            variant="subtle"
            color="gray"
            size={28}
            aria-label={t('rooms.memberPanel.menuFor', { name })}
          >
            <IconDots size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {isOwner(reader) &&
            ROLES.filter(({ role }) => role !== member.role).map(({ role, label, Icon }) => (
              <Menu.Item
                key={role}
                leftSection={<Icon size={16} />}
                onClick={() => void attempt(() => client.chat.setMemberRole.mutate({ ...target, role }))}
              >
                {t(`rooms.memberPanel.${label}`)}
              </Menu.Item>
            ))}
          {canModerate && (
            <>
              {isOwner(reader) && <Menu.Divider />}
              <MuteItems target={target} isMuted={isMuted} />
              <Menu.Divider />
              <Menu.Item
                color="red"
                leftSection={<IconUserMinus size={16} />}
                onClick={() => setIsAsking('remove')}
              >
                {t('rooms.memberPanel.remove')}
              </Menu.Item>
              <Menu.Item color="red" leftSection={<IconBan size={16} />} onClick={() => setIsAsking('ban')}>
                {t('rooms.memberPanel.ban')}
              </Menu.Item>
            </>
          )}
        </Menu.Dropdown>
      </Menu>
      <ConfirmModal
        isOpen={isAsking === 'remove'}
        onClose={() => setIsAsking(null)}
        title={t('rooms.memberPanel.removeTitle', { name })}
        body={t('rooms.memberPanel.removeBody')}
        confirmLabel={t('rooms.memberPanel.remove')}
        onConfirm={async () => void (await attempt(() => client.chat.removeMember.mutate(target)))}
      />
      <ConfirmModal
        isOpen={isAsking === 'ban'}
        onClose={() => setIsAsking(null)}
        title={t('rooms.memberPanel.banTitle', { name })}
        body={t('rooms.memberPanel.banBody')}
        confirmLabel={t('rooms.memberPanel.ban')}
        onConfirm={async () => void (await attempt(() => ban.mutateAsync(target)))}
      />
    </>
  );
}

interface MuteItemsProps {
  target: { roomId: string; userId: string };
  isMuted: boolean;
}

function MuteItems({ target, isMuted }: MuteItemsProps): ReactElement {
  const { t } = useTranslation();
  const client = useAura();
  const attempt = useAttempt();
  const mute = (seconds: number) => void attempt(() => client.chat.mute.mutate({ ...target, seconds }));
  if (isMuted) {
    return (
      <Menu.Item leftSection={<IconVolume size={16} />} onClick={() => mute(0)}>
        {t('rooms.memberPanel.unmute')}
      </Menu.Item>
    );
  }
  return (
    <>
      <Menu.Item leftSection={<IconVolumeOff size={16} />} onClick={() => mute(HOUR_SECONDS)}>
        {t('rooms.memberPanel.muteHour')}
      </Menu.Item>
      <Menu.Item leftSection={<IconVolumeOff size={16} />} onClick={() => mute(24 * HOUR_SECONDS)}>
        {t('rooms.memberPanel.muteDay')}
      </Menu.Item>
    </>
  );
}
