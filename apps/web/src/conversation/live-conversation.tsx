import type { ConversationState } from '@aura/contract';
import type { LiveConversation as Live } from '@aura/client/react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Composer } from './composer.tsx';
import { ConversationHeader } from './conversation-header.tsx';
import classes from './live-conversation.module.css';
import { activeRunOf } from './run-phase.ts';
import { LostNotice } from './lost-notice.tsx';
import { Transcript } from './transcript.tsx';
import { useDraft } from './use-draft.ts';
import { useMeanwhile } from './use-meanwhile.ts';
import { useStop } from './use-stop.ts';

/** A conversation that is loaded and kept current: what was said and where to go on. */
export function LiveConversation({ live, state }: { live: Live; state: ConversationState }): ReactElement {
  const { t } = useTranslation();
  const [draft, setDraft] = useDraft(state.conversation.id);
  const activeRun = activeRunOf(state);
  const { isStopping, stop, stopRun } = useStop(activeRun, live.stop);
  const meanwhile = useMeanwhile(activeRun, state.conversation, draft);
  const isSending = live.pending.some(({ status }) => status === 'sending');
  // A failure is kept and shown with the message itself.
  const send = (text: string) => {
    live.send(text);
  };

  return (
    <>
      <ConversationHeader conversation={state.conversation} />
      <Transcript live={live} state={state} activeRun={activeRun} onSend={send} onStopRun={stopRun} />
      <div className={classes.dock}>
        {live.status === 'error' && live.error !== null && <LostNotice error={live.error} />}
        <Composer
          text={draft}
          onChange={setDraft}
          onSend={(text) => {
            setDraft('');
            send(text);
          }}
          placeholder={t('conversation.placeholderReply')}
          status={activeRun === null ? (isSending ? 'busy' : 'ready') : isStopping ? 'stopping' : 'running'}
          onStop={stop}
          {...(meanwhile === null ? {} : { meanwhile })}
        />
      </div>
    </>
  );
}
