import type { RunState } from '@aura/contract';
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isActive, isLiveItem } from './run-phase.ts';
import { useToolLabel } from './use-tool-label.ts';

/**
 * Tells a screen reader what the newest run does: each tool once, then the whole answer. Token by token nobody
 * could follow it. What was over before the page opened is not read out.
 */
export function RunAnnouncer({ run }: { run: RunState | null }): ReactElement {
  const news = useRunNews(run);
  const [followed, setFollowed] = useState<string | null>(null);
  const isOngoing = run !== null && isActive(run);
  if (isOngoing && followed !== run.id) setFollowed(run.id);
  return (
    <output className="visually-hidden" aria-live="polite">
      {isOngoing || followed === run?.id ? news : ''}
    </output>
  );
}

function useRunNews(run: RunState | null): string {
  const { t } = useTranslation();
  const toolLabel = useToolLabel();
  if (run === null) return '';
  switch (run.status) {
    case 'queued':
      return t('conversation.queued');
    // What is asked is read out by the announcer of approvals.
    case 'waiting':
      return '';
    case 'running': {
      const live = run.items.at(-1);
      if (live?.kind === 'tool' && isLiveItem(run, live)) {
        return t('conversation.announceTool', { tool: toolLabel(live.toolName) });
      }
      return t('conversation.working');
    }
    case 'completed':
      return `${t('conversation.announceFinished')} ${answerOf(run)}`;
    case 'cancelled':
      return t('conversation.announceStopped');
    case 'failed':
      return t('conversation.announceFailed');
  }
}

function answerOf(run: RunState): string {
  const texts = run.items.flatMap((item) => (item.kind === 'text' ? [item.text] : []));
  return texts.at(-1) ?? '';
}
