import type { PersonView } from '@aura/contract';
import { useAura } from '@aura/client/react';
import { Button, Group, Modal } from '@mantine/core';
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PeoplePicker } from './people-picker.tsx';
import { useRoomScene } from './room-context.ts';
import { useAttempt } from './use-attempt.ts';

export function AddPeopleModal({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }): ReactElement {
  const { t } = useTranslation();
  const client = useAura();
  const { room } = useRoomScene();
  const attempt = useAttempt();
  const [people, setPeople] = useState<readonly PersonView[]>([]);
  const [isBusy, setIsBusy] = useState(false);
  const add = async () => {
    setIsBusy(true);
    const userIds = people.map(({ userId }) => userId);
    const isAdded = await attempt(() => client.chat.invite.mutate({ roomId: room.id, userIds }));
    setIsBusy(false);
    if (!isAdded) return;
    setPeople([]);
    onClose();
  };
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      title={t('rooms.memberPanel.addTitle', { name: room.name })}
      closeButtonProps={{ 'aria-label': t('app.close') }}
    >
      <PeoplePicker people={people} onChange={setPeople} notInRoomId={room.id} />
      <Group justify="flex-end" mt="lg" gap="xs">
        <Button variant="default" onClick={onClose}>
          {t('app.cancel')}
        </Button>
        <Button onClick={() => void add()} loading={isBusy} disabled={people.length === 0}>
          {t('rooms.memberPanel.add')}
        </Button>
      </Group>
    </Modal>
  );
}
