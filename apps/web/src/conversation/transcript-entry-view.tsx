import type { MessageView } from '@aura/contract';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Answer } from './answer.tsx';
import { AskedMessage } from './asked-message.tsx';
import { RunView } from './run-view.tsx';
import type { TranscriptEntry } from './transcript-entries.ts';

interface TranscriptEntryViewProps {
  conversationId: string;
  entry: TranscriptEntry;
  /** Whether nothing comes after it: only then can a run be tried again. */
  isNewest: boolean;
  messages: readonly MessageView[];
  /** The run whose turn it is; queued ones come after it. */
  activeRunId: string | null;
  onSend: (text: string) => void;
  onStopRun: (runId: string) => void;
}

export function TranscriptEntryView(props: TranscriptEntryViewProps): ReactElement {
  const { conversationId, entry, isNewest, messages, activeRunId, onSend, onStopRun } = props;
  const { t } = useTranslation();
  switch (entry.kind) {
    case 'user':
      return <AskedMessage conversationId={conversationId} message={entry.message} />;
    case 'run': {
      const question = isNewest ? messages.find(({ id }) => id === entry.run.messageId) : undefined;
      return (
        <RunView
          run={entry.run}
          steering={entry.steering}
          place="conversation"
          isNewest={isNewest}
          isBehind={entry.run.status === 'queued' && activeRunId !== null && activeRunId !== entry.run.id}
          onTryAgain={question === undefined ? null : () => onSend(question.text)}
          onStop={onStopRun}
        />
      );
    }
    case 'answer':
      return (
        <article>
          <h2 className="visually-hidden">{t('conversation.assistant')}</h2>
          <Answer text={entry.message.text} isLive={false} />
        </article>
      );
  }
}
