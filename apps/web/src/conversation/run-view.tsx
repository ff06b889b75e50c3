import type { RunItem, RunState } from '@aura/contract';
import { Fragment, memo, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { ApprovalCard } from '../approvals/approval-card.tsx';
import { Answer } from './answer.tsx';
import { PlanItem } from './plan-item.tsx';
import { RunActions } from './run-actions.tsx';
import { RunOutcome } from './run-outcome.tsx';
import { isActive, isLiveItem } from './run-phase.ts';
import { RunStatusLine } from './run-status-line.tsx';
import classes from './run-view.module.css';
import { ThoughtItem } from './thought-item.tsx';
import { ToolItem } from './tool-item.tsx';
import type { Steering } from './transcript-entries.ts';
import { UserMessage } from './user-message.tsx';

interface RunViewProps {
  run: RunState;
  /** What was said into it. */
  steering: readonly Steering[];
  /** In a room there are no branches: what was said belongs to all. */
  place: 'conversation' | 'room';
  /** Nothing comes after it. */
  isNewest: boolean;
  /** It is queued, and another run's turn comes first. */
  isBehind: boolean;
  /** Asks the same again; null when there is nothing to ask or it would not be the next thing in the conversation. */
  onTryAgain: (() => void) | null;
  /** Null: the reader may not. */
  onStop: ((runId: string) => void) | null;
}

/** All that a run did, in the order it happened. */
export const RunView = memo(function RunView(props: RunViewProps): ReactElement {
  const { run, steering, place, isNewest, isBehind, onTryAgain, onStop } = props;
  const { t } = useTranslation();
  const hasPlan = run.items.some((item) => item.kind === 'plan');
  const questions = new Set(run.items.flatMap(askedByCall));
  return (
    <article
      className={classes.root}
      aria-busy={isActive(run) && run.status !== 'waiting'}
      data-run-id={run.id}
      data-status={run.status}
    >
      <h2 className="visually-hidden">{t('conversation.assistant')}</h2>
      {run.items.map((item, index) => (
        <Fragment key={keyOf(item)}>
          <Steered steering={steering} index={index} />
          {(hasPlan && isPlanKeeping(item)) || isAsking(item, questions) ? null : (
            <Item item={item} isLive={isLiveItem(run, item)} />
          )}
        </Fragment>
      ))}
      <Steered steering={steering} index={run.items.length} />
      <RunStatusLine run={run} isBehind={isBehind} onStop={onStop} />
      <RunOutcome run={run} onTryAgain={onTryAgain} />
      {!isActive(run) && <RunActions run={run} place={place} isNewest={isNewest} />}
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
    case 'approval':
      return <ApprovalCard approval={item.approval} place="conversation" />;
    case 'text':
      return <Answer text={item.text} isLive={isLive} />;
  }
}

/** What was said into the run and stands before the item at `index`. */
function Steered({ steering, index }: { steering: readonly Steering[]; index: number }): ReactElement[] {
  const { t } = useTranslation();
  return steering
    .filter((item) => item.index === index)
    .map(({ message }) => (
      <UserMessage key={message.id} text={message.text}>
        <span className={classes.steered}>{t('conversation.steered')}</span>
      </UserMessage>
    ));
}

/** The plan itself shows what these calls did. One that failed is shown: the plan does not tell that. */
function isPlanKeeping(item: RunItem): boolean {
  return item.kind === 'tool' && item.toolName === 'update_plan' && item.status !== 'failed';
}

const askedByCall = (item: RunItem): string[] =>
  item.kind === 'approval' && item.approval.kind === 'question' ? [item.approval.toolCallId] : [];

/** The card itself shows what was asked and answered. */
function isAsking(item: RunItem, questions: ReadonlySet<string>): boolean {
  return item.kind === 'tool' && questions.has(item.toolCallId);
}

function keyOf(item: RunItem): string {
  switch (item.kind) {
    case 'thought':
      return `thought ${item.stepId}`;
    case 'plan':
      return 'plan';
    case 'tool':
      return `tool ${item.toolCallId}`;
    case 'approval':
      return `approval ${item.approval.id}`;
    case 'text':
      return `text ${item.messageId}`;
  }
}
