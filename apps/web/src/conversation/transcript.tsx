import type { ConversationState, RunState } from '@aura/contract';
import type { LiveConversation } from '@aura/client/react';
import { Button, Transition } from '@mantine/core';
import { IconArrowDown } from '@tabler/icons-react';
import { type ReactElement, useEffect, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { LoadMore } from '../app/load-more.tsx';
import { PendingMessage } from './pending-message.tsx';
import { RunAnnouncer } from './run-announcer.tsx';
import { TranscriptEntryView } from './transcript-entry-view.tsx';
import { transcriptEntries } from './transcript-entries.ts';
import classes from './transcript.module.css';
import { useKeepPlace } from './use-keep-place.ts';
import { useStickToBottom } from './use-stick-to-bottom.ts';

interface TranscriptProps {
  state: ConversationState;
  live: LiveConversation;
  activeRun: RunState | null;
  onSend: (text: string) => void;
  onStopRun: (runId: string) => void;
}

export function Transcript(props: TranscriptProps): ReactElement {
  const { live, state, activeRun, onSend, onStopRun } = props;
  const { pending, isLoadingOlder, retry, discard } = live;
  const { t } = useTranslation();
  const { scrollerRef, isAtBottom, toBottom } = useStickToBottom();
  const entries = useMemo(() => transcriptEntries(state.messages, state.runs), [state.messages, state.runs]);
  const newest = entries.at(-1);
  const listRef = useKeepPlace<HTMLDivElement>(entries[0]?.key);

  // Whoever sends wants to see it, wherever they were reading.
  const lastClientId = pending.at(-1)?.clientId;
  useEffect(() => {
    if (lastClientId !== undefined) toBottom();
  }, [lastClientId, toBottom]);

  return (
    <div className={classes.frame}>
      <section
        ref={scrollerRef}
        className={classes.scroller}
        aria-label={t('conversation.messages')}
        // Focusable, so that the keyboard can scroll it.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
      >
        <div ref={listRef} className={classes.list}>
          {entries.map((entry) => (
            <TranscriptEntryView
              key={entry.key}
              conversationId={state.conversation.id}
              entry={entry}
              isNewest={entry === newest && pending.length === 0}
              messages={state.messages}
              activeRunId={activeRun?.id ?? null}
              onSend={onSend}
              onStopRun={onStopRun}
            />
          ))}
          {pending.map((item) => (
            <PendingMessage key={item.clientId} pending={item} onRetry={retry} onDiscard={discard} />
          ))}
        </div>
        {state.hasOlderMessages && (
          <div className={classes.older}>
            <LoadMore
              label={t(isLoadingOlder ? 'conversation.loadingOlder' : 'conversation.loadOlder')}
              isLoading={isLoadingOlder}
              hasFailed={live.error !== null}
              onLoad={live.loadOlder}
            />
          </div>
        )}
      </section>
      <RunAnnouncer run={activeRun ?? (newest?.kind === 'run' ? newest.run : null)} />
      <Transition mounted={!isAtBottom} transition="slide-up" duration={140}>
        {(style) => (
          <Button
            className={classes.jump}
            style={style}
            variant="default"
            size="compact-md"
            fz="xs"
            radius="xl"
            leftSection={<IconArrowDown size={14} />}
            onClick={toBottom}
          >
            {t('conversation.jumpToLatest')}
          </Button>
        )}
      </Transition>
    </div>
  );
}
