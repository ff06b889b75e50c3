import type { MessageView, RunItem, RunState } from '@aura/contract';

/** A message that was said into a run and that it read before its next step. */
export interface Steering {
  message: MessageView;
  /** The place among the run's items that it stands before. */
  index: number;
}

/** One thing in a transcript: what a person said, what a run did, or an answer whose run is not at hand. */
export type TranscriptEntry =
  | { kind: 'user'; key: string; message: MessageView }
  | { kind: 'run'; key: string; run: RunState; steering: readonly Steering[] }
  | { kind: 'answer'; key: string; message: MessageView };

const NO_STEERING: readonly Steering[] = [];

/**
 * The transcript of `messages` (oldest first). A run stands after the message that asked for it and shows its
 * answers itself, and what was said into it; one whose question lies before the first message stands where its first
 * answer is.
 */
export function transcriptEntries(
  messages: readonly MessageView[],
  runs: Readonly<Record<string, RunState>>,
): TranscriptEntry[] {
  const runsByQuestion = Map.groupBy(Object.values(runs), (run) => run.messageId);
  const answerSeqs = new Map(messages.flatMap(({ id, role, seq }) => (role === 'user' ? [] : [[id, seq]])));
  const steeringByRun = Map.groupBy(messages, (message) => steeredRunOf(message, runs)?.id);
  const shown = new Set<string>();
  const entries: TranscriptEntry[] = [];
  const show = (run: RunState) => {
    if (shown.has(run.id)) return;
    shown.add(run.id);
    const steering = steeringByRun.get(run.id)?.map((message) => ({
      message,
      index: placeOf(message, run.items, answerSeqs),
    }));
    entries.push({ kind: 'run', key: run.id, run, steering: steering ?? NO_STEERING });
  };
  for (const message of messages) {
    const steered = steeredRunOf(message, runs);
    if (steered !== undefined) {
      show(steered);
      continue;
    }
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

/** The run that a message was said into: its own run was asked for by another message. */
function steeredRunOf(
  { id, role, runId }: MessageView,
  runs: Readonly<Record<string, RunState>>,
): RunState | undefined {
  const run = role === 'user' && runId !== null ? runs[runId] : undefined;
  return run === undefined || run.messageId === id ? undefined : run;
}

/** Before the first answer that was finished after the message, and the thought that led to it. */
function placeOf(
  { seq }: MessageView,
  items: readonly RunItem[],
  answerSeqs: ReadonlyMap<string, number>,
): number {
  const isLater = (item: RunItem) =>
    item.kind === 'text' && (answerSeqs.get(item.messageId) ?? Infinity) > seq;
  const index = items.findIndex(isLater);
  if (index === -1) return items.length;
  return items[index - 1]?.kind === 'thought' ? index - 1 : index;
}

function hasAnswer(run: RunState, messageId: string): boolean {
  return run.items.some((item) => item.kind === 'text' && item.messageId === messageId);
}
