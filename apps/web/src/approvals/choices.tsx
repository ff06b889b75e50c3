import type { ApprovalView } from '@aura/contract';
import { Loader } from '@mantine/core';
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useErrorText } from '../i18n/use-error-text.ts';
import classes from './approval-card.module.css';
import { CallArguments } from './call-arguments.tsx';
import { EditForm } from './edit-form.tsx';
import { QuestionForm } from './question-form.tsx';
import { RejectForm } from './reject-form.tsx';
import { RespondForm } from './respond-form.tsx';
import { ToolButtons } from './tool-buttons.tsx';
import { useDecide } from './use-decide.ts';

/** What a person is doing with the card. */
export type ChoiceMode = 'choose' | 'edit' | 'reject' | 'respond';

interface ChoicesProps {
  approval: ApprovalView;
  titleId: string;
  onDecide: () => void;
}

/** Everything that can be decided, with what it takes: the arguments, a reason, an answer. */
export function Choices({ approval, titleId, onDecide }: ChoicesProps): ReactElement {
  const { t } = useTranslation();
  const decide = useDecide(approval, onDecide);
  const [mode, setMode] = useState<ChoiceMode>('choose');
  const toChoose = () => setMode('choose');
  if (decide.isSent) {
    return (
      <p className={classes.sent}>
        <Loader size={14} color="gray" aria-hidden />
        {t('approvals.sent')}
      </p>
    );
  }
  return (
    <>
      {mode !== 'edit' && <CallArguments approval={approval} />}
      {mode === 'choose' && approval.kind === 'question' && (
        <QuestionForm approval={approval} decide={decide} />
      )}
      {mode === 'choose' && approval.kind !== 'question' && (
        <ToolButtons approval={approval} titleId={titleId} decide={decide} onMode={setMode} />
      )}
      {mode === 'edit' && <EditForm approval={approval} decide={decide} onBack={toChoose} />}
      {mode === 'reject' && <RejectForm approval={approval} decide={decide} onBack={toChoose} />}
      {mode === 'respond' && <RespondForm approval={approval} decide={decide} onBack={toChoose} />}
      <Failure decide={decide} />
    </>
  );
}

function Failure({ decide: { error } }: { decide: ReturnType<typeof useDecide> }): ReactElement {
  const { t } = useTranslation();
  const errorText = useErrorText();
  return (
    <div role="alert" className={classes.failure}>
      {error !== null && t('approvals.failed', { reason: errorText(error) })}
      {error?.code === 'BAD_INPUT' && <p lang="en">{error.message}</p>}
      {error?.issues !== undefined && (
        <ul>
          {error.issues.map(({ path, message }) => (
            <li key={`${path.join('.')} ${message}`}>
              {path.length > 0 && <code>{path.join('.')}</code>} {message}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
