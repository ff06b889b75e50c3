import type { RunCaller } from './run-caller.ts';
import { newText, type RunInput } from './read-run-input.ts';

/** A run of ours that a stream tells of. */
export interface Begun {
  conversationId: string;
  runId: string;
}

/**
 * Sends the last user message to the thread's conversation, which is made when there is none. The same request again
 * finds the same run.
 */
export async function beginRun({ procedures, threads }: RunCaller, input: RunInput): Promise<Begun> {
  const { threadId, threadKey, runKey, context } = input;
  const text = newText(input);
  const found = await threads.find({ threadId, clientId: threadKey });
  const conversationId =
    found?.conversationId ?? (await procedures.conversation.create({ clientId: threadKey })).conversation.id;
  const { runId } = await procedures.conversation.send({ conversationId, text, context, clientId: runKey });
  return { conversationId, runId };
}
