import { useModels } from '@aura/client/react';
import { Select } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './model-picker.module.css';

interface ModelPickerProps {
  /** Null: the default of the deployment. */
  value: string | null;
  onChange: (model: string | null) => void;
}

/** Which model answers; nothing where there is no choice. */
export function ModelPicker({ value, onChange }: ModelPickerProps): ReactElement | null {
  const { t } = useTranslation();
  const models = useModels().data ?? [];
  if (models.length < 2) return null;
  const standard = models.find(({ isDefault }) => isDefault)?.id ?? null;
  return (
    <Select
      size="xs"
      variant="unstyled"
      aria-label={t('home.model')}
      classNames={{ input: classes.input, root: classes.root }}
      comboboxProps={{ width: 'max-content', position: 'top-start', shadow: 'md', radius: 'md' }}
      allowDeselect={false}
      value={value ?? standard}
      onChange={onChange}
      data={models.map(({ id, isDefault }) => ({
        value: id,
        label: isDefault ? t('home.defaultModel', { model: id }) : id,
      }))}
    />
  );
}
