import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { chooseTurn } from './choose-turn.ts';
import { collectCompletion, completionBody } from './completion-body.ts';
import { ChunkFactory, newCompletionHead, UsageCounter } from './completion-chunks.ts';
import { writeEventStream } from './completion-stream.ts';
import type { FailureLedger } from './failure-ledger.ts';
import { isStreamFailure, refusalError } from './failures.ts';
import { paced } from './pace.ts';
import { type Ending, type Piece, piecesOf } from './pieces.ts';
import { readJsonBody } from './read-json-body.ts';
import type { RequestLog } from './request-log.ts';
import { sendJson } from './respond.ts';
import type { FailCommand } from './script.ts';
import { failuresOf } from './turns.ts';
import { type ChatRequest, parseChatRequest } from './wire.ts';

export type ChatState = { log: RequestLog; ledger: FailureLedger; delayMs: number; maxBodyBytes: number };

type Exchange = { request: ChatRequest; res: ServerResponse; signal: AbortSignal };

const eventStreamHeaders = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache',
};

/**
 * Answers POST /v1/chat/completions.
 * @throws ApiError before the first byte; AbortError when the client leaves
 */
export async function completeChat(
  req: IncomingMessage,
  res: ServerResponse,
  state: ChatState,
): Promise<void> {
  const abort = new AbortController();
  res.once('close', () => abort.abort());
  const { value, bytes } = await readJsonBody(req, state.maxBodyBytes);
  const request = parseChatRequest(value);
  const { model, isStream: stream, messages, tools } = request;
  const markAborted = state.log.add({ at: Date.now(), model, stream, messages, tools }, bytes);
  try {
    await respond({ request, res, signal: abort.signal }, state);
  } catch (err) {
    if (isAbort(err)) markAborted();
    throw err;
  }
}

/** The client left; there is nobody to answer. */
export function isAbort(err: unknown): boolean {
  return err instanceof Error && err.name === 'AbortError';
}

async function respond(exchange: Exchange, state: ChatState): Promise<void> {
  const { request, res, signal } = exchange;
  const { turn, key, callId } = chooseTurn(request);
  const strike = state.ledger.strike(key, failuresOf(turn));
  await refuseIfStruck(exchange, strike);
  const { maxTokens } = request;
  const pieces = paced(piecesOf(turn, { callId, delayMs: state.delayMs, maxTokens, strike }), signal);
  // A body that ends too early has to close its connection, and only a header can announce that.
  if (strike !== undefined) res.shouldKeepAlive = false;
  const ending = await (request.isStream ? streamPieces(exchange, pieces) : sendWhole(exchange, pieces));
  if (ending.kind === 'failure') await fail(exchange, ending);
  else if (strike === undefined) state.ledger.forget(key);
}

async function refuseIfStruck(exchange: Exchange, strike: FailCommand | undefined): Promise<void> {
  if (strike === undefined || isStreamFailure(strike.failure)) return;
  if (strike.failure !== 'silence') throw refusalError(strike.failure);
  exchange.res.writeHead(200, eventStreamHeaders);
  exchange.res.flushHeaders();
  await untilAborted(exchange.signal);
}

async function streamPieces(exchange: Exchange, pieces: AsyncIterable<Piece>): Promise<Ending> {
  const { request, res, signal } = exchange;
  const { wantsUsage } = request;
  res.writeHead(200, eventStreamHeaders);
  const chunks = new ChunkFactory(newCompletionHead(request.model), { wantsUsage });
  const ending = await writeEventStream(res, pieces, { chunks, usage: usageOf(request), wantsUsage, signal });
  if (ending.kind === 'finish') res.end();
  return ending;
}

async function sendWhole(exchange: Exchange, pieces: AsyncIterable<Piece>): Promise<Ending> {
  const { request, res } = exchange;
  const usage = usageOf(request);
  const said = await collectCompletion(pieces, usage);
  const { ending } = said;
  const reason = ending.kind === 'finish' ? ending.reason : 'stop';
  const body = completionBody(newCompletionHead(request.model), said, { reason, usage });
  if (ending.kind === 'finish') sendJson(res, body);
  else if (ending.failure !== 'stall') {
    const text = JSON.stringify(body);
    res.writeHead(200, { 'content-type': 'application/json' });
    res.write(text.slice(0, text.length / 2));
  }
  return ending;
}

async function fail(exchange: Exchange, ending: Extract<Ending, { kind: 'failure' }>): Promise<void> {
  const { res, signal } = exchange;
  switch (ending.failure) {
    case 'cut':
    case 'garbage':
      res.end();
      return;
    case 'reset':
      // Flushed first, or the reader would lose the tokens before the failure as well.
      await new Promise<void>((resolve) => res.write('\n', () => resolve()));
      res.destroy();
      return;
    case 'stall':
      await untilAborted(signal);
      return;
  }
}

async function untilAborted(signal: AbortSignal): Promise<never> {
  if (!signal.aborted) await once(signal, 'abort');
  throw signal.reason;
}

/** Four characters a token, as is customary; the exact figure matters to nobody offline. */
function usageOf(request: ChatRequest): UsageCounter {
  const chars = request.messages.reduce((sum, message) => sum + message.content.length, 0);
  return new UsageCounter(Math.ceil(chars / 4) + 4 * request.messages.length);
}
