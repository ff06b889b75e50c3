import type { RunItem, RunState } from '@aura/contract';
import { memo, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Answer } from './answer.tsx';
import { PlanItem } from './plan-item.tsx';
import { RunActions } from './run-actions.tsx';
import { RunOutcome } from './run-outcome.tsx';
import { isActive, isLiveItem } from './run-phase.ts';
import { RunStatusLine } from './run-status-line.tsx';
import classes from './run-view.module.css';
import { ThoughtItem } from './thought-item.tsx';
import { ToolItem } from './tool-item.tsx';

interface RunViewProps {
  run: RunState;
  /** Asks the same again; null when there is nothing to ask or it would not be the next thing in the conversation. */
  onTryAgain: (() => void) | null;
}

/** All that a run did, in the order it happened. */
export const RunView = memo(function RunView({ run, onTryAgain }: RunViewProps): ReactElement {
  const { t } = useTranslation();
  const hasPlan = run.items.some((item) => item.kind === 'plan');
  return (
    <article className={classes.root} aria-busy={isActive(run)} data-run-id={run.id} data-status={run.status}>
      <h2 className="visually-hidden">{t('conversation.assistant')}</h2>
      {run.items.map((item) =>
        hasPlan && isPlanKeeping(item) ? null : (
          <Item key={keyOf(item)} item={item} isLive={isLiveItem(run, item)} />
        ),
      )}
      <RunStatusLine run={run} />
      <RunOutcome run={run} onTryAgain={onTryAgain} />
      {!isActive(run) && <RunActions run={run} />}
    </article>
  );
});

function Item({ item, isLive }: { item: RunItem; isLive: boolean }): ReactElement {
  switch (item.kind) {
    case 'thought':
      return <ThoughtItem text={item.text} isLive={isLive} />;
    case 'plan':
      return <PlanItem steps={item.steps} />;
    case 'tool':
      return <ToolItem item={item} />;
    case 'text':
      return <Answer text={item.text} isLive={isLive} />;
  }
}

/** The plan itself shows what these calls did. One that failed is shown: the plan does not tell that. */
function isPlanKeeping(item: RunItem): boolean {
  return item.kind === 'tool' && item.toolName === 'update_plan' && item.status !== 'failed';
}

function keyOf(item: RunItem): string {
  switch (item.kind) {
    case 'thought':
      return `thought ${item.stepId}`;
    case 'plan':
      return 'plan';
    case 'tool':
      return `tool ${item.toolCallId}`;
    case 'text':
      return `text ${item.messageId}`;
  }
}
