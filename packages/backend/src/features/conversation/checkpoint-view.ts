import type { CheckpointView, PromptMessage } from '@aura/contract';
import type { ModelMessage } from '../../ports/model.ts';
import { checkpointId } from './checkpoint-id.ts';
import type { CheckpointRow } from './checkpoint-store.ts';

const MAX_LABEL_CHARS = 80;

export function checkpointView({ runId, messageId, index, at, ...row }: CheckpointRow): CheckpointView {
  const step = index + 1;
  return {
    id: checkpointId({ runId, step }),
    runId,
    messageId,
    step,
    kind: row.kind,
    label: labelOf(row),
    canContinue: row.kind !== 'model' || row.toolNames.length > 0,
    at: at.toISOString(),
  };
}

function labelOf({ text, toolNames }: Pick<CheckpointRow, 'text' | 'toolNames'>): string {
  if (toolNames.length > 0) return toolNames.join(', ');
  const line = text.trim().split('\n', 1)[0] ?? '';
  const characters = Array.from(line);
  return characters.length <= MAX_LABEL_CHARS ? line : `${characters.slice(0, MAX_LABEL_CHARS).join('')}…`;
}

/** A message of a prompt as a reader sees it; null for the instructions. */
export function promptMessageView(message: ModelMessage): PromptMessage | null {
  switch (message.role) {
    case 'system':
      return null;
    case 'assistant':
      return { ...message, toolCalls: [...message.toolCalls] };
    case 'user':
    case 'tool':
      return message;
  }
}
