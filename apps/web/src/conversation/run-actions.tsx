import type { RunState } from '@aura/contract';
import { Tooltip } from '@mantine/core';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { formatInstant } from '../i18n/format.ts';
import { BranchActions } from './branch-actions.tsx';
import { CopyButton } from './copy-button.tsx';
import classes from './run-view.module.css';

/** What can be done with a finished answer, and how it came about. */
export function RunActions({
  run,
  place,
  isNewest,
}: {
  run: RunState;
  place: 'conversation' | 'room';
  /** Nothing comes after it. */
  isNewest: boolean;
}): ReactElement | null {
  const { t, i18n } = useTranslation();
  const text = run.items
    .flatMap((item) => (item.kind === 'text' && item.text !== '' ? [item.text] : []))
    .join('\n\n');
  if (text === '') return null;
  const count = new Intl.NumberFormat(i18n.language);
  const cost =
    run.usage === null
      ? null
      : t('conversation.tokens', {
          input: count.format(run.usage.inputTokens),
          output: count.format(run.usage.outputTokens),
        });
  return (
    <div className={classes.actions}>
      <CopyButton text={text} label={t('conversation.copyAnswer')} />
      {place === 'conversation' && <BranchActions run={run} isNewest={isNewest} />}
      <Tooltip label={cost} disabled={cost === null}>
        <span>
          {run.model}
          {run.endedAt !== null && ` · ${formatInstant(run.endedAt, i18n.language)}`}
        </span>
      </Tooltip>
    </div>
  );
}
