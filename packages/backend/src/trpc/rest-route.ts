import type { ErrorCode, Json } from '@aura/contract';
import type { z } from 'zod';

/** A route of the REST projection; `docs/api.md` tells how a procedure gets one. */
export interface RestRoute {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Names in braces are fields of the input; a last segment `*` takes any rest: `/things/{thingId}`. */
  path: string;
  /** One line for the reference. */
  summary: string;
  /** Of success; default 200. */
  status?: number;
  /** What the body looks like: the answer itself and RFC 9457 problems (default), or `/api/aura`'s envelope for both. */
  family?: 'problem' | 'envelope';
  /** What the envelope of a success says. */
  message?: string;
  /** Fields of the input by their names on the wire, where these differ. */
  names?: Readonly<Record<string, string>>;
  /** What the body is; default: a JSON object. */
  body?: RestBody;
  /** Fields that come in headers, by the headers' names in lower case; they count more than the query and less than the body. */
  headers?: Readonly<Record<string, string>>;
  /** What a protocol has requests say that is no field of the input; they may leave it out, but say nothing else. */
  constants?: Readonly<Record<string, string>>;
  /** Takes `?mode=cookie`: the refresh token goes into a cookie and never into the answer. */
  hasCookieMode?: true;
  /** Fields that a request may leave out. */
  defaults?: Readonly<Record<string, Json>>;
  /** Fields that a request may leave out, taken from what a query answers to the same input. */
  fills?: { from: string; fields: readonly string[] };
  /** The answer in the words of older clients; default: as the procedure gives it. */
  answer?: RestAnswer;
  /** Statuses and words that older clients know, where they are not the usual ones. */
  errors?: Partial<Record<ErrorCode, RestErrorRule>>;
  /** Another procedure answers in its place, given the input and the first answer together. */
  followUp?: RestFollowUp;
  /** For subscriptions, of the route or of `followUp`. */
  sse?: SseRule;
}

/**
 * `form`: a JSON object or an `application/x-www-form-urlencoded` form. `raw`: JSON that is not parsed but handed on as it
 * came, as the field `rawBody`; `schema` says for the reference what is to be in it.
 */
export type RestBody = { kind: 'form' } | { kind: 'raw'; schema: z.ZodType };

export interface RestErrorRule {
  status?: number;
  detail?: string;
  /** The envelope's `errorCode`. */
  code?: string;
}

export interface RestFollowUp {
  procedure: string;
  /** Only when this query parameter is `true`. */
  when?: string;
  /** Of its answer, by what it says; default 200. */
  status?: (answer: unknown) => number;
  /**
   * The event ids carry the field `by`; a request that resumes with one calls the query `from` with it instead of the
   * first procedure, so that nothing is done twice.
   */
  resume?: { by: string; from: string };
}

export interface SseRule {
  /** `data`: no names of events and no `[DONE]`, whatever the request asks for. */
  style?: 'events' | 'data';
  /**
   * An event of the subscription as the wire has it; null when its clients are not told of it. Default: the event as it
   * is, under its `type`.
   */
  view?(event: object, place: EventPlace): EventAsTold | null;
}

export interface EventAsTold {
  type: string;
  body: object;
}

export interface EventPlace {
  id: string | null;
  /** The input of the subscription, before it was parsed. */
  input: Readonly<Record<string, unknown>>;
  /** True when the client asked for the older names of events. */
  hasLegacyNames: boolean;
}

export interface RestAnswer {
  schema: z.ZodType;
  from(output: unknown): unknown;
}

/** The answer of a procedure, which `output` reads, in other words, which `schema` describes. */
export function answerAs<O extends z.ZodType, W extends z.ZodType>(
  output: O,
  schema: W,
  view: (output: z.output<O>) => z.input<W>,
): RestAnswer {
  return { schema, from: (value) => view(output.parse(value)) };
}
