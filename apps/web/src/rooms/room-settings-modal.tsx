import { type RoomDeciders, roomDecidersSchema, type RoomView } from '@aura/contract';
import { useAura, useModels } from '@aura/client/react';
import { Button, Divider, Group, Modal, Select, Stack, Switch, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useDisclosure } from '@mantine/hooks';
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ConfirmModal } from '../app/confirm-modal.tsx';
import { formatUntil } from '../i18n/format.ts';
import { useRoomScene } from './room-context.ts';
import { RoomFields, type RoomFieldValues } from './room-fields.tsx';
import { useAttempt } from './use-attempt.ts';

interface Settings extends RoomFieldValues {
  model: string;
  deciders: RoomDeciders;
  hidesArgs: boolean;
  slowModeSeconds: number;
}

interface RoomSettingsModalProps {
  isOpen: boolean;
  onClose: () => void;
}

/** How a room is set up; for its owners. */
export function RoomSettingsModal({ isOpen, onClose }: RoomSettingsModalProps): ReactElement {
  const { t } = useTranslation();
  const { room } = useRoomScene();
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      title={t('rooms.settings.title')}
      closeButtonProps={{ 'aria-label': t('app.close') }}
    >
      <Stack gap="lg">
        {room.archivedAt === null && <SettingsForm room={room} onClose={onClose} />}
        <ArchiveSection room={room} onClose={onClose} />
      </Stack>
    </Modal>
  );
}

interface SectionProps {
  room: RoomView;
  onClose: () => void;
}

function SettingsForm({ room, onClose }: SectionProps): ReactElement {
  const { t } = useTranslation();
  const client = useAura();
  const attempt = useAttempt();
  const [values, setValues] = useState<Settings>(() => settingsOf(room));
  const [isBusy, setIsBusy] = useState(false);
  const save = async () => {
    const name = values.name.trim();
    if (name === '') return;
    setIsBusy(true);
    const isSaved = await attempt(() => client.chat.updateRoom.mutate({ roomId: room.id, ...values, name }));
    setIsBusy(false);
    if (!isSaved) return;
    notifications.show({ message: t('rooms.settings.saved') });
    onClose();
  };
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <Stack gap="md">
        <RoomFields values={values} onChange={setValues} hasTried />
        <AgentFields values={values} onChange={setValues} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {t('app.cancel')}
          </Button>
          <Button type="submit" loading={isBusy}>
            {t('rooms.settings.save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

const SLOW_MODES_SECONDS = [0, 5, 30, 60, 300, 3_600];

interface AgentFieldsProps {
  values: Settings;
  onChange: (values: Settings) => void;
}

/** What the agent does in the room and who decides about it, and how fast people may write. */
function AgentFields({ values, onChange }: AgentFieldsProps): ReactElement {
  const { t, i18n } = useTranslation();
  const models = useModels();
  const known = models.data?.map(({ id }) => id) ?? [];
  const slowModes = [...new Set([...SLOW_MODES_SECONDS, values.slowModeSeconds])].toSorted((a, b) => a - b);
  return (
    <>
      <Select
        label={t('rooms.settings.model')}
        data={[...new Set([...known, values.model])]}
        value={values.model}
        allowDeselect={false}
        onChange={(model) => model !== null && onChange({ ...values, model })}
      />
      <Select
        label={t('rooms.settings.deciders')}
        data={roomDecidersSchema.options.map((value) => ({
          value,
          label: t(`rooms.settings.decidersChoices.${value}`),
        }))}
        value={values.deciders}
        allowDeselect={false}
        onChange={(deciders) => onChange({ ...values, deciders: roomDecidersSchema.parse(deciders) })}
      />
      <Switch
        label={t('rooms.settings.hidesArgs')}
        description={t('rooms.settings.hidesArgsText')}
        checked={values.hidesArgs}
        onChange={(event) => onChange({ ...values, hidesArgs: event.currentTarget.checked })}
      />
      <Select
        label={t('rooms.settings.slowMode')}
        description={t('rooms.settings.slowModeText')}
        data={slowModes.map((seconds) => ({
          value: String(seconds),
          label:
            seconds === 0 ? t('rooms.settings.slowModeOff') : formatUntil(seconds * 1_000, i18n.language),
        }))}
        value={String(values.slowModeSeconds)}
        allowDeselect={false}
        onChange={(seconds) => onChange({ ...values, slowModeSeconds: Number(seconds) })}
      />
    </>
  );
}

function ArchiveSection({ room, onClose }: SectionProps): ReactElement {
  const { t } = useTranslation();
  const client = useAura();
  const attempt = useAttempt();
  const [isConfirming, confirmation] = useDisclosure(false);
  const isArchived = room.archivedAt !== null;
  const setArchived = async (wanted: boolean) => {
    const input = { roomId: room.id, isArchived: wanted };
    if (!(await attempt(() => client.chat.archiveRoom.mutate(input)))) return;
    notifications.show({
      message: t(wanted ? 'rooms.settings.archivedNotice' : 'rooms.settings.restoredNotice'),
    });
    onClose();
  };
  return (
    <>
      {!isArchived && <Divider />}
      <Group justify="space-between" wrap="nowrap" gap="lg">
        <Text size="sm" c="dimmed">
          {t(isArchived ? 'rooms.composer.archived' : 'rooms.settings.archiveText')}
        </Text>
        {isArchived ? (
          <Button style={{ flex: 'none' }} onClick={() => void setArchived(false)}>
            {t('rooms.settings.restore')}
          </Button>
        ) : (
          <Button style={{ flex: 'none' }} variant="light" color="red" onClick={confirmation.open}>
            {t('rooms.settings.archive')}
          </Button>
        )}
      </Group>
      <ConfirmModal
        isOpen={isConfirming}
        onClose={confirmation.close}
        title={t('rooms.settings.archiveTitle', { name: room.name })}
        body={t('rooms.settings.archiveText')}
        confirmLabel={t('rooms.settings.archive')}
        onConfirm={() => setArchived(true)}
      />
    </>
  );
}

function settingsOf(room: RoomView): Settings {
  const { name, topic, isPublic, model, deciders, hidesArgs, slowModeSeconds } = room;
  return { name, topic, isPublic, model, deciders, hidesArgs, slowModeSeconds };
}
