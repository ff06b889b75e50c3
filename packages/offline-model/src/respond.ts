import type { ServerResponse } from 'node:http';
import { ApiError } from './api-error.ts';

/** Sends one JSON response with its length. */
export function sendJson(
  res: ServerResponse,
  body: object,
  options: { status?: number; headers?: Readonly<Record<string, string>> } = {},
): void {
  const bytes = Buffer.from(JSON.stringify(body));
  res.writeHead(options.status ?? 200, {
    'content-type': 'application/json',
    'content-length': bytes.length,
    ...options.headers,
  });
  res.end(bytes);
}

/** Sends an error in OpenAI's shape, or destroys a response that has already begun. */
export function sendError(res: ServerResponse, err: unknown): void {
  if (res.headersSent) {
    res.destroy();
    return;
  }
  const refusal =
    err instanceof ApiError
      ? err
      : new ApiError({ status: 500, message: 'The offline model has a bug.', type: 'server_error' });
  sendJson(res, refusal.body, { status: refusal.status, headers: refusal.headers });
}
