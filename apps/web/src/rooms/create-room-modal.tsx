import type { PersonView } from '@aura/contract';
import { useCreateRoom } from '@aura/client/react';
import { Button, Group, Modal, Stack } from '@mantine/core';
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { PeoplePicker } from './people-picker.tsx';
import { RoomFields, type RoomFieldValues } from './room-fields.tsx';
import { useAttempt } from './use-attempt.ts';

const BLANK: RoomFieldValues = { name: '', topic: '', isPublic: true };

interface CreateRoomModalProps {
  isOpen: boolean;
  onClose: () => void;
  /** The room is there and its page open. */
  onCreated?: (() => void) | undefined;
}

export function CreateRoomModal({ isOpen, onClose, onCreated }: CreateRoomModalProps): ReactElement {
  const { t } = useTranslation();
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      title={t('rooms.create.title')}
      closeButtonProps={{ 'aria-label': t('app.close') }}
    >
      <CreateRoomForm onClose={onClose} onCreated={onCreated} />
    </Modal>
  );
}

function CreateRoomForm({ onClose, onCreated }: Omit<CreateRoomModalProps, 'isOpen'>): ReactElement {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const attempt = useAttempt();
  const create = useCreateRoom();
  const [values, setValues] = useState(BLANK);
  const [people, setPeople] = useState<readonly PersonView[]>([]);
  const [hasTried, setHasTried] = useState(false);
  const submit = async () => {
    setHasTried(true);
    const name = values.name.trim();
    if (name === '') return;
    await attempt(async () => {
      const userIds = people.map(({ userId }) => userId);
      const room = await create.mutateAsync({ ...values, name, topic: values.topic.trim(), userIds });
      onClose();
      onCreated?.();
      await navigate(`/rooms/${room.id}`);
    });
  };
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <Stack gap="md">
        <RoomFields values={values} onChange={setValues} hasTried={hasTried} />
        <PeoplePicker people={people} onChange={setPeople} label={t('rooms.create.invite')} />
      </Stack>
      <Group justify="flex-end" mt="lg" gap="xs">
        <Button variant="default" onClick={onClose}>
          {t('app.cancel')}
        </Button>
        <Button type="submit" loading={create.isPending}>
          {t('rooms.create.submit')}
        </Button>
      </Group>
    </form>
  );
}
