import { type Event, EventType } from '@ag-ui/core';
import type { Json, RunEvent } from '@aura/contract';
import type { ThreadMirror } from './thread-mirror.ts';

type Execution = Extract<RunEvent, { type: 'tool_execution' }>['data'];
type Call = Pick<Execution, 'toolCallId' | 'toolName' | 'args'>;

export interface ToldCalls {
  /** The call as the model wants it, once; what a person makes of its arguments is told by its result alone. */
  show(call: Call): Event[];
  /** What became of it, when something has. */
  settle(execution: Execution): Event[];
  /** It was told to the client before. */
  recall(toolCallId: string): void;
  idOf(toolCallId: string): string;
}

/** The tool calls of a run. Providers number them anew in every run, clients keep them by thread: so ids name the run too. */
export function createToldCalls(runId: string, mirror: ThreadMirror): ToldCalls {
  const told = new Set<string>();
  const idOf = (toolCallId: string): string => `${runId}.${toolCallId}`;

  const show = ({ toolCallId, toolName, args }: Call): Event[] => {
    if (told.has(toolCallId)) return [];
    told.add(toolCallId);
    const id = idOf(toolCallId);
    const text = JSON.stringify(args);
    const events = mirror.vacate(id);
    const call = { id, type: 'function' as const, function: { name: toolName, arguments: text } };
    mirror.put({ id, role: 'assistant', toolCalls: [call] });
    return [
      ...events,
      { type: EventType.TOOL_CALL_START, toolCallId: id, toolCallName: toolName, parentMessageId: id },
      { type: EventType.TOOL_CALL_ARGS, toolCallId: id, delta: text },
      { type: EventType.TOOL_CALL_END, toolCallId: id },
    ];
  };

  return {
    show,
    settle(execution) {
      const content = contentOf(execution);
      const shown = show(execution);
      if (content === null) return shown;
      const toolCallId = idOf(execution.toolCallId);
      const messageId = `${toolCallId}.result`;
      const events = [...shown, ...mirror.vacate(messageId)];
      mirror.put({ id: messageId, role: 'tool', toolCallId, content });
      return [...events, { type: EventType.TOOL_CALL_RESULT, messageId, toolCallId, content, role: 'tool' }];
    },
    recall: (toolCallId) => void told.add(toolCallId),
    idOf,
  };
}

/** Null while there is no result: also when nobody knows whether the call took effect, which a person is asked about. */
function contentOf({ status, result, error }: Execution): string | null {
  switch (status) {
    case 'started':
    case 'unknown':
      return null;
    case 'succeeded':
      return textOf(result ?? null);
    case 'failed':
      return textOf({ error: error ?? 'The tool failed.' });
  }
}

const textOf = (result: Json): string => (typeof result === 'string' ? result : JSON.stringify(result));
