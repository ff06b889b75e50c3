import type { ApprovalView } from '@aura/contract';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { useToolLabel } from '../conversation/use-tool-label.ts';

/** What is asked, in one line and in the reader's language. */
export function useApprovalTitle(): (approval: ApprovalView) => string {
  const { t } = useTranslation();
  const toolLabel = useToolLabel();
  return useCallback(
    ({ kind, toolName, question, title }: ApprovalView) => {
      const tool = toolLabel(toolName);
      switch (kind) {
        case 'tool':
          return tool === toolName ? t('approvals.titleTool', { tool }) : tool;
        case 'unknown':
          return t('approvals.titleUnknown', { tool });
        case 'question':
          return question?.text ?? title;
      }
    },
    [t, toolLabel],
  );
}
