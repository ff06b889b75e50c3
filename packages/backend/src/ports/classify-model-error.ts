import { APIConnectionError, APIError } from 'openai';
import { ModelError } from './model.ts';

/** What went wrong with an attempt, from whatever the `openai` package or the network threw. */
export function classifyModelError(err: unknown): ModelError {
  if (err instanceof ModelError) return err;
  if (err instanceof APIConnectionError || !(err instanceof APIError)) return classifyTransport(err);
  const cause = err;
  const status: number | undefined = err.status;
  if (err.code === 'insufficient_quota' || status === 402) {
    return new ModelError('provider_quota', {
      message: 'The model provider’s quota is used up. An administrator must raise it.',
      retry: 'never',
      cause,
    });
  }
  if (status === undefined) {
    // An error object inside a stream that had begun.
    return new ModelError('provider_cut', { message: 'The model’s answer broke off.', retry: 'cut', cause });
  }
  if (status === 429) {
    return new ModelError('provider_rate_limited', {
      message: 'The model provider asks us to slow down.',
      retry: 'rate',
      retryAfterMs: retryAfterMs(err.headers),
      cause,
    });
  }
  if (status === 401 || status === 403 || status === 404) {
    return new ModelError('provider_unauthorized', {
      message: `The model provider refused the request (${status}). An administrator must check its key and model name.`,
      retry: 'never',
      cause,
    });
  }
  if (status === 408 || status === 409 || status >= 500) {
    return new ModelError('provider_overloaded', {
      message: `The model provider is not answering well (${status}).`,
      retry: 'overload',
      retryAfterMs: retryAfterMs(err.headers),
      cause,
    });
  }
  if (
    status === 400 &&
    (err.code === 'context_length_exceeded' || /context length|maximum context/i.test(err.message))
  ) {
    return new ModelError('context_too_long', {
      message: 'The conversation is too long for this model.',
      retry: 'never',
      cause,
    });
  }
  return new ModelError('provider_rejected', {
    message: `The model provider did not accept the request (${status}).`,
    retry: 'never',
    cause,
  });
}

function classifyTransport(cause: unknown): ModelError {
  if (cause instanceof SyntaxError) {
    return new ModelError('provider_garbage', {
      message: 'The model provider sent something unreadable.',
      retry: 'cut',
      cause,
    });
  }
  if (cause instanceof APIConnectionError) {
    return new ModelError('provider_overloaded', {
      message: 'The model provider cannot be reached.',
      retry: 'overload',
      cause,
    });
  }
  return new ModelError('provider_cut', { message: 'The model’s answer broke off.', retry: 'cut', cause });
}

/** `retry-after-ms`, or `retry-after` in seconds or as a date; null without either. */
function retryAfterMs(headers: Headers | undefined): number | null {
  const ms = Number(headers?.get('retry-after-ms') ?? Number.NaN);
  if (Number.isFinite(ms)) return Math.max(0, ms);
  const after = headers?.get('retry-after');
  if (after === null || after === undefined) return null;
  const seconds = Number(after);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1_000);
  const at = Date.parse(after);
  return Number.isNaN(at) ? null : Math.max(0, at - Date.now());
}
