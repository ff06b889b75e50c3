import type { MessageView, RunState } from '@aura/contract';

/** One thing in a transcript: what a person said, what a run did, or an answer whose run is not at hand. */
export type TranscriptEntry =
  | { kind: 'user'; key: string; message: MessageView }
  | { kind: 'run'; key: string; run: RunState }
  | { kind: 'answer'; key: string; message: MessageView };

/**
 * The transcript of `messages` (oldest first). A run stands after the message that asked for it and shows its
 * answers itself; one whose question lies before the first message stands where its first answer is.
 */
export function transcriptEntries(
  messages: readonly MessageView[],
  runs: Readonly<Record<string, RunState>>,
): TranscriptEntry[] {
  const runsByQuestion = Map.groupBy(Object.values(runs), (run) => run.messageId);
  const shown = new Set<string>();
  const entries: TranscriptEntry[] = [];
  const show = (run: RunState) => {
    if (shown.has(run.id)) return;
    shown.add(run.id);
    entries.push({ kind: 'run', key: run.id, run });
  };
  for (const message of messages) {
    if (message.role === 'user') {
      entries.push({ kind: 'user', key: message.id, message });
      for (const run of runsByQuestion.get(message.id) ?? []) show(run);
      continue;
    }
    const run = message.runId === null ? undefined : runs[message.runId];
    if (run !== undefined && hasAnswer(run, message.id)) show(run);
    else entries.push({ kind: 'answer', key: message.id, message });
  }
  return entries;
}

function hasAnswer(run: RunState, messageId: string): boolean {
  return run.items.some((item) => item.kind === 'text' && item.messageId === messageId);
}
