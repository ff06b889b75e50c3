import type { Json, Usage } from '@aura/contract';

/** What a model asked for: run `name` with `args`. `id` is the provider's, unique within the run. */
export interface ToolCall {
  id: string;
  name: string;
  /** As the model wrote them; parsed and validated before anything runs. */
  argsText: string;
}

/** One finished step of a run: its checkpoint, and what the next model call is told happened. */
export type StepData =
  | { kind: 'model'; text: string; toolCalls: ToolCall[]; usage: Usage | null }
  | { kind: 'tool'; toolCallId: string; toolName: string; result: Json; isError: boolean }
  /** What the user said in mid-run, to steer it. */
  | { kind: 'message'; messageId: string; text: string };
