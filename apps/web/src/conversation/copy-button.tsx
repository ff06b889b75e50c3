import { ActionIcon, Tooltip } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';

export function CopyButton({ text, label }: { text: string; label: string }): ReactElement {
  const { t } = useTranslation();
  const { copy, copied } = useClipboard();
  const shown = copied ? t('app.copied') : label;
  return (
    <Tooltip label={shown}>
      <ActionIcon variant="subtle" color="gray" size={28} onClick={() => copy(text)} aria-label={shown}>
        {copied ? <IconCheck size={15} /> : <IconCopy size={15} />}
      </ActionIcon>
    </Tooltip>
  );
}
