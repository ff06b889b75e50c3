import type { ApprovalView } from '@aura/contract';
import { Button, Textarea } from '@mantine/core';
import { type KeyboardEvent, type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './approval-card.module.css';
import type { Decide } from './use-decide.ts';

const MAX_CHARS = 32_768;

/** A question: one press where there are options, own words anyway. */
export function QuestionForm({ approval, decide }: { approval: ApprovalView; decide: Decide }): ReactElement {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const options = approval.question?.options ?? [];
  const { isSending } = decide;
  const canSend = text.trim() !== '' && !isSending;
  const send = () => {
    if (canSend) decide.respond(text.trim());
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const isComposing = event.nativeEvent.isComposing || event.keyCode === 229;
    if (event.key !== 'Enter' || event.shiftKey || isComposing) return;
    event.preventDefault();
    send();
  };
  return (
    <div className={classes.form}>
      {options.length > 0 && (
        <fieldset className={classes.options} aria-label={t('approvals.options')}>
          {options.map((option) => (
            <Button
              key={option}
              variant="default"
              disabled={isSending}
              onClick={() => decide.respond(option)}
              classNames={{ root: classes.option, label: classes.optionLabel }}
            >
              {option}
            </Button>
          ))}
        </fieldset>
      )}
      <Textarea
        autosize
        minRows={1}
        maxRows={8}
        maxLength={MAX_CHARS}
        label={t(options.length > 0 ? 'approvals.ownAnswerElse' : 'approvals.ownAnswer')}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <div className={classes.choices}>
        <Button onClick={send} loading={isSending} disabled={!canSend}>
          {t('approvals.send')}
        </Button>
        {approval.allowed.includes('reject') && (
          <Button variant="subtle" color="gray" disabled={isSending} onClick={() => decide.reject('')}>
            {t('approvals.skipQuestion')}
          </Button>
        )}
      </div>
    </div>
  );
}
