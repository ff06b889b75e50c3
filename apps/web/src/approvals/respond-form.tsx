import { Textarea } from '@mantine/core';
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ChoiceForm } from './choice-form.tsx';
import { answerOf } from './parse-json.ts';
import type { FormProps } from './reject-form.tsx';

const MAX_CHARS = 32_768;

export function RespondForm({ approval, decide, onBack }: FormProps): ReactElement {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  return (
    <ChoiceForm
      submitLabel={t('approvals.send')}
      isBusy={decide.isSending}
      canSubmit={text.trim() !== ''}
      onSubmit={() => decide.respond(answerOf(text.trim()))}
      onBack={onBack}
    >
      <Textarea
        autosize
        minRows={2}
        maxRows={10}
        maxLength={MAX_CHARS}
        label={t('approvals.respondLabel')}
        description={t(
          approval.kind === 'unknown' ? 'approvals.respondUnknownHint' : 'approvals.respondHint',
        )}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
    </ChoiceForm>
  );
}
