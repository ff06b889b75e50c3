import { isStreamFailure, type StreamFailure } from './failures.ts';
import type { FailCommand } from './script.ts';
import { splitArguments, splitText } from './split-text.ts';
import type { Call, Turn } from './turns.ts';

export type FinishReason = 'stop' | 'tool_calls' | 'length' | 'content_filter';

export type Token =
  | { kind: 'thought'; text: string }
  | { kind: 'text'; text: string }
  | { kind: 'call'; id: string; name: string }
  | { kind: 'arguments'; text: string };

export type Ending =
  | { kind: 'finish'; reason: FinishReason }
  | { kind: 'failure'; failure: Exclude<StreamFailure, 'filter'> };

/** What a response is made of: tokens, each with the wait before it, then exactly one ending. */
export type Piece = (Token & { delayMs: number }) | Ending;

export type TurnOptions = {
  callId: string;
  delayMs: number;
  maxTokens: number;
  strike: FailCommand | undefined;
};

type Step = { kind: 'token'; token: Token } | { kind: 'delay'; delayMs: number } | { kind: 'strike' };

const tokensBeforeStrike = 2;

/**
 * Turns a turn into pieces. A failure strikes where its line stands, with two exceptions that make it
 * worth scripting: as the first thing of a response it lets two tokens through, so that the client has
 * begun to show something, and right before a call it tears the arguments of that call.
 */
export function* piecesOf(turn: Turn, options: TurnOptions): Generator<Piece> {
  const failure = streamFailureOf(options.strike);
  let { delayMs } = options;
  let sent = 0;
  let tokensLeft = options.maxTokens;
  let isCutShort = false;
  for (const step of stepsOf(turn, options)) {
    if (step.kind === 'delay') delayMs = step.delayMs;
    if (step.kind === 'strike') {
      const isBeforeCall = turn.call !== undefined && turn.parts.at(-1) === options.strike;
      tokensLeft = Math.min(tokensLeft, sent === 0 || isBeforeCall ? tokensBeforeStrike : 0);
    }
    if (step.kind !== 'token') continue;
    isCutShort = tokensLeft === 0;
    if (isCutShort) break;
    yield { ...step.token, delayMs };
    sent += 1;
    tokensLeft -= 1;
  }
  if (failure !== undefined) yield endingOf(failure);
  else if (isCutShort) yield { kind: 'finish', reason: 'length' };
  else yield { kind: 'finish', reason: turn.call === undefined ? 'stop' : 'tool_calls' };
}

function* stepsOf(turn: Turn, options: TurnOptions): Generator<Step> {
  const started = new Set<Token['kind']>();
  for (const part of turn.parts) {
    switch (part.kind) {
      case 'think':
      case 'say':
      case 'repeat': {
        const kind = part.kind === 'think' ? 'thought' : 'text';
        const pieces = part.kind === 'repeat' ? countedTexts(part) : splitText(part.text);
        // Lines of one kind belong to one text: what follows the first begins on a new line.
        if (started.has(kind)) yield { kind: 'token', token: { kind, text: '\n' } };
        started.add(kind);
        for (const text of pieces) yield { kind: 'token', token: { kind, text } };
        break;
      }
      case 'delay':
        yield { kind: 'delay', delayMs: part.delayMs };
        break;
      case 'fail':
        if (part === options.strike) yield { kind: 'strike' };
        break;
    }
  }
  if (turn.call !== undefined) yield* callSteps(turn.call, options.callId);
}

function* callSteps(call: Call, id: string): Generator<Step> {
  yield { kind: 'token', token: { kind: 'call', id, name: call.name } };
  for (const text of splitArguments(call.arguments)) {
    yield { kind: 'token', token: { kind: 'arguments', text } };
  }
}

function* countedTexts(part: { times: number; text: string }): Generator<string> {
  for (let number = 1; number <= part.times; number += 1) {
    yield `${number === 1 ? '' : ' '}${part.text} ${number}`;
  }
}

function streamFailureOf(strike: FailCommand | undefined): StreamFailure | undefined {
  return strike !== undefined && isStreamFailure(strike.failure) ? strike.failure : undefined;
}

function endingOf(failure: StreamFailure): Ending {
  return failure === 'filter' ? { kind: 'finish', reason: 'content_filter' } : { kind: 'failure', failure };
}
