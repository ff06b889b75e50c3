import { ActionIcon, Tooltip } from '@mantine/core';
import type { ReactElement, ReactNode } from 'react';

interface IconActionProps {
  label: string;
  icon: ReactNode;
  isBusy?: boolean;
  onClick: () => void;
}

/** A quiet button for something that can be done with a message. */
export function IconAction({ label, icon, isBusy = false, onClick }: IconActionProps): ReactElement {
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size={28}
        loading={isBusy}
        onClick={onClick}
        aria-label={label}
      >
        {icon}
      </ActionIcon>
    </Tooltip>
  );
}
