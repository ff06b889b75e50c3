import type { RunState } from '@aura/contract';
import { IconGitFork, IconRefresh } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { IconAction } from './icon-action.tsx';
import { useBranching } from './use-branching.ts';

interface BranchActionsProps {
  run: RunState;
  /** Only the last answer can be given anew. */
  isNewest: boolean;
}

/** Other ways to go on from an answer. */
export function BranchActions({ run, isNewest }: BranchActionsProps): ReactElement {
  const { t } = useTranslation();
  const { isBusy, fork, regenerate } = useBranching(run.conversationId);
  const last = run.items.findLast((item) => item.kind === 'text');
  return (
    <>
      {isNewest && (
        <IconAction
          label={t('conversation.regenerate')}
          icon={<IconRefresh size={15} />}
          isBusy={isBusy}
          onClick={() => void regenerate(run.messageId)}
        />
      )}
      {last?.kind === 'text' && (
        <IconAction
          label={t('conversation.fork')}
          icon={<IconGitFork size={15} />}
          isBusy={isBusy}
          onClick={() => void fork(last.messageId)}
        />
      )}
    </>
  );
}
