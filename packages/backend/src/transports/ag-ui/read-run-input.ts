import { createHash } from 'node:crypto';
import { clientIdSchema, type PageContext, pageContextSchema, sendMessageInputSchema } from '@aura/contract';
import {
  contentHasMedia,
  contentToText,
  type Message,
  type ResumeEntry,
  type RunAgentInput,
} from '@ag-ui/core';
import { RunAgentInputSchema } from '@ag-ui/core/schemas';
import { TRPCError } from '@trpc/server';
import { z } from 'zod';
import { AppError } from '../../app-error.ts';

/** A request to run, read. */
export interface RunInput {
  threadId: string;
  runId: string;
  /** The conversation's, made of `threadId`. */
  threadKey: string;
  /** The message's, made of `runId`: the same request again is the same message. */
  runKey: string;
  /** What the client has of the thread. */
  messages: Message[];
  resume: ResumeEntry[];
  /** Tools that the client would execute. They are not offered to the model. */
  toolCount: number;
  context: PageContext | undefined;
}

const namesSchema = z.object({ threadId: z.string().min(1).max(200), runId: z.string().min(1).max(200) });

const textSchema = sendMessageInputSchema.pick({ text: true });

/** Throws BAD_INPUT for what is no `RunAgentInput`. */
export function readRunInput(body: unknown): RunInput {
  const input = parsed(RunAgentInputSchema, body);
  const { threadId, runId } = parsed(namesSchema, body);
  return {
    threadId,
    runId,
    threadKey: keyOf(threadId),
    runKey: keyOf(runId),
    messages: input.messages,
    resume: input.resume ?? [],
    toolCount: input.tools.length,
    context: contextOf(input),
  };
}

/** The text that is new: the last of the user's messages. Throws BAD_INPUT when there is none, or none that can be read. */
export function newText({ messages }: RunInput): string {
  const message = messages.findLast(({ role }) => role === 'user');
  if (message?.role !== 'user') {
    throw new AppError('BAD_INPUT', { message: 'There is no user message to answer. Send one, or resume.' });
  }
  if (contentHasMedia(message.content)) {
    throw new AppError('BAD_INPUT', { message: 'Only text can be sent. Leave files and images out.' });
  }
  return parsed(textSchema, { text: contentToText(message.content) }).text;
}

/** As clients may choose them, or of a fixed length and just as good. */
function keyOf(name: string): string {
  if (clientIdSchema.safeParse(name).success) return name;
  return `ag-ui:${createHash('sha256').update(name).digest('base64url')}`;
}

function contextOf({ state, context }: RunAgentInput): PageContext | undefined {
  const hasState = state !== undefined && JSON.stringify(state) !== '{}';
  if (!hasState && context.length === 0) return undefined;
  const metadata = { ...(hasState && { state }), ...(context.length > 0 && { context }) };
  return parsed(pageContextSchema, { metadata });
}

/** Refused as the input of any procedure is: with the fields that are wrong. */
function parsed<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new TRPCError({ code: 'BAD_REQUEST', cause: result.error });
}
