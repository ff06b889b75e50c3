import { useAura } from '@aura/client/react';
import { ActionIcon, Badge, Menu, Tooltip, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconDots, IconDoorExit, IconPin, IconSearch, IconSettings, IconUsers } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { ConfirmModal } from '../app/confirm-modal.tsx';
import { PageHeader } from '../app/page-header.tsx';
import { PageTitle } from '../app/page-title.tsx';
import classes from './live-room.module.css';
import { useRoomScene } from './room-context.ts';
import { RoomIcon } from './room-icon.tsx';
import { isOwner } from './room-rights.ts';
import { RoomSettingsModal } from './room-settings-modal.tsx';
import { useAttempt } from './use-attempt.ts';
import { useRoomPanel } from './use-room-panel.ts';

export function RoomHeader({ online }: { online: ReadonlySet<string> }): ReactElement {
  const { t } = useTranslation();
  const { room, members, pins } = useRoomScene();
  const { panel, open, close } = useRoomPanel();
  const toggle = (kind: 'pins' | 'members') => (panel?.kind === kind ? close() : open({ kind }));
  return (
    <PageHeader edge="line">
      <PageTitle title={room.name} />
      <div className={classes.header}>
        <div className={classes.titles}>
          <h1 className={classes.title} title={room.name}>
            <RoomIcon room={room} size={16} />
            <span>{room.name}</span>
            {room.archivedAt !== null && (
              <Badge variant="light" color="gray" tt="none" fw={500} visibleFrom="sm">
                {t('rooms.header.archived')}
              </Badge>
            )}
          </h1>
          {room.topic !== '' && (
            <p className={classes.topic} title={room.topic}>
              {room.topic}
            </p>
          )}
        </div>
        <Tooltip label={t('rooms.header.online', { count: online.size })}>
          <UnstyledButton
            className={classes.members}
            aria-pressed={panel?.kind === 'members'}
            aria-label={`${t('rooms.header.members')}: ${t('rooms.members', { count: members.length })}`}
            onClick={() => toggle('members')}
          >
            <IconUsers size={17} aria-hidden />
            {members.length}
          </UnstyledButton>
        </Tooltip>
        <Tooltip label={t('rooms.header.pins')}>
          <UnstyledButton
            className={classes.members}
            aria-pressed={panel?.kind === 'pins'}
            aria-label={t('rooms.header.pins')}
            onClick={() => toggle('pins')}
          >
            <IconPin size={17} aria-hidden />
            {pins.size > 0 && pins.size}
          </UnstyledButton>
        </Tooltip>
        <RoomMenu />
      </div>
    </PageHeader>
  );
}

function RoomMenu(): ReactElement {
  const { t } = useTranslation();
  const client = useAura();
  const navigate = useNavigate();
  const attempt = useAttempt();
  const { room, reader } = useRoomScene();
  const { open } = useRoomPanel();
  const [areSettingsOpen, settings] = useDisclosure(false);
  const [isLeaving, leaving] = useDisclosure(false);
  const leave = async () => {
    const hasLeft = await attempt(() => client.chat.leaveRoom.mutate({ roomId: room.id }));
    if (hasLeft) await navigate('/rooms');
  };
  return (
    <>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t('rooms.header.menu')}>
            <IconDots size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            leftSection={<IconSearch size={16} />}
            onClick={() => open({ kind: 'search', words: '' })}
          >
            {t('rooms.search.title')}
          </Menu.Item>
          {isOwner(reader) && (
            <Menu.Item leftSection={<IconSettings size={16} />} onClick={settings.open}>
              {t('rooms.header.settings')}
            </Menu.Item>
          )}
          <Menu.Item color="red" leftSection={<IconDoorExit size={16} />} onClick={leaving.open}>
            {t('rooms.header.leave')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {isOwner(reader) && <RoomSettingsModal isOpen={areSettingsOpen} onClose={settings.close} />}
      <ConfirmModal
        isOpen={isLeaving}
        onClose={leaving.close}
        title={t('rooms.header.leaveTitle', { name: room.name })}
        body={t(room.isPublic ? 'rooms.header.leavePublicBody' : 'rooms.header.leavePrivateBody')}
        confirmLabel={t('rooms.header.leave')}
        onConfirm={leave}
      />
    </>
  );
}
