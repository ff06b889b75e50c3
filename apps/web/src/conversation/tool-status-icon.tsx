import type { ToolStatus } from '@aura/contract';
import { Loader } from '@mantine/core';
import { IconAlertTriangle, IconHelpCircle, IconTool } from '@tabler/icons-react';
import type { ReactElement } from 'react';

/** Decoration: the status is also said in words. */
export function ToolStatusIcon({ status }: { status: ToolStatus }): ReactElement {
  switch (status) {
    case 'started':
      return <Loader size={14} color="gray" aria-hidden />;
    case 'succeeded':
      return <IconTool size={16} aria-hidden />;
    case 'failed':
      return <IconAlertTriangle size={16} aria-hidden color="var(--aura-danger)" />;
    case 'unknown':
      return <IconHelpCircle size={16} aria-hidden color="var(--aura-warning)" />;
  }
}
