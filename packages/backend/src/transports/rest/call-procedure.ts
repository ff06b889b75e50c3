import { type AnyTRPCRouter, callTRPCProcedure } from '@trpc/server';
import type { RequestContext } from '../../context.ts';
import type { Endpoint } from './collect-endpoints.ts';
import type { Input } from './read-input.ts';

export interface Call {
  router: AnyTRPCRouter;
  ctx: RequestContext;
  /** Aborts when the caller is gone. */
  signal: AbortSignal;
}

/** Calls a procedure as tRPC does: the same middlewares, the same parsing. */
export async function callProcedure(
  { router, ctx, signal }: Call,
  { path, type }: Pick<Endpoint['procedure'], 'path' | 'type'>,
  input: Input,
): Promise<unknown> {
  const answer: unknown = await callTRPCProcedure({
    router,
    path,
    type,
    ctx,
    signal,
    getRawInput: async () => await Promise.resolve(input),
    batchIndex: 0,
  });
  return answer;
}

/** The input with the fields that the route takes from a query's answer. */
export async function fillInput(call: Call, { route }: Endpoint, input: Input): Promise<Input> {
  const { fills } = route;
  const missing = (fills?.fields ?? []).filter((field) => !(field in input));
  if (fills === undefined || missing.length === 0) return input;
  const found = fieldsOf(await callProcedure(call, { path: fills.from, type: 'query' }, input));
  return { ...input, ...Object.fromEntries(missing.map((field) => [field, found[field]])) };
}

/** An answer's own fields; none of what is no object. */
export function fieldsOf(answer: unknown): Input {
  return typeof answer === 'object' && answer !== null ? { ...answer } : {};
}
