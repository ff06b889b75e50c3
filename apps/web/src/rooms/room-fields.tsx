import { LIMITS } from '@aura/contract';
import { Radio, Stack, TextInput } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';

export interface RoomFieldValues {
  name: string;
  topic: string;
  isPublic: boolean;
}

interface RoomFieldsProps<V extends RoomFieldValues> {
  values: V;
  onChange: (values: V) => void;
  /** The name is missing and was asked for. */
  hasTried: boolean;
}

/** What a room is called and who finds it. */
export function RoomFields<V extends RoomFieldValues>(props: RoomFieldsProps<V>): ReactElement {
  const { values, onChange, hasTried } = props;
  const { t } = useTranslation();
  return (
    <>
      <TextInput
        label={t('rooms.create.name')}
        placeholder={t('rooms.create.namePlaceholder')}
        value={values.name}
        maxLength={LIMITS.roomNameChars}
        error={hasTried && values.name.trim() === '' && t('rooms.create.nameRequired')}
        onChange={(event) => onChange({ ...values, name: event.currentTarget.value })}
        data-autofocus
      />
      <TextInput
        label={t('rooms.create.topic')}
        description={t('session.optional')}
        placeholder={t('rooms.create.topicPlaceholder')}
        value={values.topic}
        maxLength={LIMITS.roomTopicChars}
        onChange={(event) => onChange({ ...values, topic: event.currentTarget.value })}
      />
      <Radio.Group
        label={t('rooms.create.visibility')}
        value={values.isPublic ? 'public' : 'private'}
        onChange={(value) => onChange({ ...values, isPublic: value === 'public' })}
      >
        <Stack gap="xs" mt="xs">
          <Radio
            value="public"
            label={t('rooms.create.publicLabel')}
            description={t('rooms.create.publicText')}
          />
          <Radio
            value="private"
            label={t('rooms.create.privateLabel')}
            description={t('rooms.create.privateText')}
          />
        </Stack>
      </Radio.Group>
    </>
  );
}
