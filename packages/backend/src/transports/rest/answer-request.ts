import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Call, callProcedure, fieldsOf, fillInput } from './call-procedure.ts';
import type { Endpoint } from './collect-endpoints.ts';
import { presenterOf } from './presenters.ts';
import { assertUser, readInput } from './read-input.ts';
import { sendEvents, type StreamParts } from './send-events.ts';

export interface Exchange {
  endpoint: Endpoint;
  call: Omit<Call, 'signal'>;
  request: FastifyRequest;
  reply: FastifyReply;
}

/** Calls what a route is for and sends what it answers. Throws what the procedure throws. */
export async function answerRequest(parts: StreamParts, exchange: Exchange): Promise<FastifyReply> {
  const { endpoint, request, reply } = exchange;
  const { route, procedure, follower, fields, isStream } = endpoint;
  const input = readInput(endpoint, request);
  const isOwnField = Object.hasOwn(fields.properties, 'userId');
  assertUser(exchange.call.ctx.caller, request, { input, isOwnField });
  if (isStream) return await sendEvents(parts, { ...exchange, input });

  const gone = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort();
  });
  const call: Call = { ...exchange.call, signal: gone.signal };
  const filled = await fillInput(call, endpoint, input);
  const first = await callProcedure(call, procedure, filled);
  if (follower === null || !isWanted(route.followUp?.when, request)) {
    return await send(reply, endpoint, { status: route.status ?? 200, body: first });
  }
  const second = await callProcedure(call, follower, { ...filled, ...fieldsOf(first) });
  return await reply
    .code(route.followUp?.status?.(second) ?? 200)
    .send({ ...fieldsOf(first), ...fieldsOf(second) });
}

async function send(
  reply: FastifyReply,
  { route }: Endpoint,
  { status, body }: { status: number; body: unknown },
): Promise<FastifyReply> {
  const seen = route.answer === undefined ? body : route.answer.from(body);
  const info = { message: route.message, now: new Date() };
  return await reply
    .code(status)
    .header('cache-control', 'no-store')
    .send(presenterOf(route.family).answer(seen, info));
}

function isWanted(flag: string | undefined, { url }: FastifyRequest): boolean {
  return flag === undefined || new URL(url, 'http://localhost').searchParams.get(flag) === 'true';
}
