import { ApiError, type ApiErrorDetail } from './api-error.ts';

/**
 * Failures come in two scopes. A refusal replaces the whole response, for a status has to leave before
 * the first byte. A stream failure strikes at its place among the tokens:
 *   cut      ends the body properly, but without `finish_reason` and `[DONE]`
 *   reset    destroys the socket
 *   stall    stops sending and keeps the socket open
 *   garbage  sends an event that is not JSON, then ends
 *   filter   ends with `finish_reason: "content_filter"`
 * `silence` sends the headers and never an event, which header time-outs do not notice.
 */
const streamFailures = ['cut', 'reset', 'stall', 'garbage', 'filter'] as const;
export type StreamFailure = (typeof streamFailures)[number];

const retryAfterMs = 100;

const refusals = {
  '400': { status: 400, message: 'The request is not valid (scripted).' },
  '401': { status: 401, message: 'Incorrect API key provided (scripted).', code: 'invalid_api_key' },
  '403': { status: 403, message: 'Not allowed (scripted).', type: 'permission_error' },
  '404': { status: 404, message: 'The model does not exist (scripted).', code: 'model_not_found' },
  '408': { status: 408, message: 'The request timed out (scripted).', type: 'server_error' },
  '409': { status: 409, message: 'Conflict, try again (scripted).', type: 'server_error' },
  '422': { status: 422, message: 'The request cannot be processed (scripted).' },
  '429': {
    status: 429,
    message: `Rate limit reached (scripted). Please try again in ${retryAfterMs}ms.`,
    type: 'requests',
    code: 'rate_limit_exceeded',
    // Whole seconds are all `retry-after` can say; clients that know the finer header wait less.
    headers: {
      'retry-after': String(Math.ceil(retryAfterMs / 1000)),
      'retry-after-ms': String(retryAfterMs),
    },
  },
  '500': { status: 500, message: 'The server had an error (scripted).', type: 'server_error' },
  '502': { status: 502, message: 'Bad gateway (scripted).', type: 'server_error' },
  '503': { status: 503, message: 'The engine is overloaded (scripted).', type: 'server_error' },
  quota: {
    status: 429,
    message: 'You exceeded your current quota (scripted).',
    type: 'insufficient_quota',
    code: 'insufficient_quota',
  },
  context: {
    status: 400,
    message: 'The messages exceed the maximum context length (scripted).',
    code: 'context_length_exceeded',
    param: 'messages',
  },
} as const satisfies Record<string, ApiErrorDetail>;

export type Refusal = keyof typeof refusals;
export type Failure = StreamFailure | Refusal | 'silence';

/** Reads the name in `#fail NAME`; undefined when there is no such failure. */
export function parseFailure(name: string): Failure | undefined {
  if (name === 'silence' || isRefusal(name)) return name;
  return streamFailures.find((failure) => failure === name);
}

/** Every name `#fail` knows, for messages that help. */
export function failureNames(): readonly string[] {
  return [...Object.keys(refusals), ...streamFailures, 'silence'];
}

/** The failure strikes among the tokens, not before them. */
export function isStreamFailure(failure: Failure): failure is StreamFailure {
  return streamFailures.some((known) => known === failure);
}

/** The error response of a refusal. */
export function refusalError(refusal: Refusal): ApiError {
  return new ApiError(refusals[refusal]);
}

function isRefusal(name: string): name is Refusal {
  return Object.hasOwn(refusals, name);
}
