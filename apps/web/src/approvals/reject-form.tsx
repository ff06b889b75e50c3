import type { ApprovalView } from '@aura/contract';
import { Textarea } from '@mantine/core';
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ChoiceForm } from './choice-form.tsx';
import type { Decide } from './use-decide.ts';

const MAX_CHARS = 2_000;

export interface FormProps {
  approval: ApprovalView;
  decide: Decide;
  onBack: () => void;
}

export function RejectForm({ approval, decide, onBack }: FormProps): ReactElement {
  const { t } = useTranslation();
  const [reason, setReason] = useState('');
  return (
    <ChoiceForm
      submitLabel={t(approval.kind === 'unknown' ? 'approvals.withoutIt' : 'approvals.reject')}
      isBusy={decide.isSending}
      onSubmit={() => decide.reject(reason.trim())}
      onBack={onBack}
    >
      <Textarea
        autosize
        minRows={2}
        maxRows={8}
        maxLength={MAX_CHARS}
        label={t('approvals.rejectLabel')}
        description={t('approvals.rejectHint')}
        placeholder={t('approvals.rejectPlaceholder')}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
    </ChoiceForm>
  );
}
