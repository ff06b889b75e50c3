import { ActionIcon, Tooltip } from '@mantine/core';
import { IconArrowUp, IconPlayerStopFilled } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './composer.module.css';

interface ComposerButtonProps {
  status: 'ready' | 'busy' | 'blocked' | 'running' | 'stopping';
  canSend: boolean;
  onSend: () => void;
  onStop: (() => void) | undefined;
}

/** Send or stop: one button in one place, so that the focus stays on it when its meaning changes. */
export function ComposerButton({ status, canSend, onSend, onStop }: ComposerButtonProps): ReactElement {
  const { t } = useTranslation();
  const isRunning = status === 'running' || status === 'stopping';
  // What was typed can go out while an answer is being written; then Escape stops it.
  const isStop = isRunning && !canSend;
  const label = t(`conversation.${isStop ? (status === 'stopping' ? 'stopping' : 'stop') : 'send'}`);
  const isIdle = !isRunning && !canSend;
  return (
    <Tooltip label={label}>
      <ActionIcon
        type="button"
        size={36}
        radius="xl"
        className={classes.button}
        loading={status === 'busy'}
        // Not `disabled`: that would throw the focus away.
        aria-disabled={isIdle || (isStop && status === 'stopping')}
        data-action={isStop ? 'stop' : 'send'}
        onClick={isStop ? onStop : onSend}
        aria-label={label}
      >
        {isStop ? <IconPlayerStopFilled size={16} /> : <IconArrowUp size={19} stroke={2.2} />}
      </ActionIcon>
    </Tooltip>
  );
}
