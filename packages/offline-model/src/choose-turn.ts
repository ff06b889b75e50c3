import { createHash } from 'node:crypto';
import { badRequest } from './api-error.ts';
import { improvise } from './assistant.ts';
import { conversationKey, type Progress, readProgress } from './progress.ts';
import { type Command, parseScript, ScriptError } from './script.ts';
import { titleOf } from './title.ts';
import { toTurns, type Turn } from './turns.ts';
import type { ChatRequest } from './wire.ts';

/** The response a request asks for; `key` is the same for a repeated request, and so is `callId`. */
export type ChosenTurn = { turn: Turn; key: string; callId: string };

/**
 * Finds the next response from the messages alone: a title, the next turn of a script, or of what the
 * assistant makes of free text.
 * @throws ApiError 400 for a script that cannot be followed
 */
export function chooseTurn(request: ChatRequest): ChosenTurn {
  const progress = readProgress(request.messages);
  const turns = toTurns(commandsFor(request, progress));
  const position = Math.min(progress.answered.length, turns.length - 1);
  const key = conversationKey(request.messages, request.caller);
  const callId = `call_${createHash('sha256').update(`${key} ${position}`).digest('hex').slice(0, 24)}`;
  return { turn: turns[position] ?? { parts: [] }, key, callId };
}

function commandsFor(request: ChatRequest, progress: Progress): readonly Command[] {
  if (progress.systemText.includes('TITLE_ONLY')) {
    return [{ kind: 'say', text: titleOf(progress.firstUserText) }];
  }
  try {
    const script = parseScript(progress.userText);
    if (script !== undefined) return script;
  } catch (cause) {
    if (cause instanceof ScriptError) throw badRequest('messages', cause.message);
    throw cause;
  }
  const tools = new Set(request.mayCallTools ? request.tools : []);
  return improvise(progress, { tools, isBrief: request.model === 'aura-offline-mini' });
}
