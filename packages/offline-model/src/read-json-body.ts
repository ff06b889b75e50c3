import type { IncomingMessage } from 'node:http';
import { ApiError } from './api-error.ts';

/**
 * Reads a JSON request body of at most `maxBytes`.
 * @returns the parsed value, not yet checked, and its size in bytes
 * @throws ApiError 400 (broken JSON), 413 (too large), 415 (another content type)
 */
export async function readJsonBody(
  req: IncomingMessage,
  maxBytes: number,
): Promise<{ value: unknown; bytes: number }> {
  // A page in a browser can post text/plain across origins without asking; JSON it cannot.
  if (!/^application\/json\b/i.test(req.headers['content-type'] ?? '')) {
    throw new ApiError({ status: 415, message: 'Send the body as application/json.' });
  }
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of req.iterator({ destroyOnReturn: false })) {
    const buffer = Buffer.from(part);
    bytes += buffer.length;
    if (bytes <= maxBytes) parts.push(buffer);
    // A client in mid-upload sees a reset instead of the answer; so read a body on that is just too large.
    else if (bytes > 4 * maxBytes) break;
  }
  if (bytes > maxBytes) throw tooLarge(maxBytes);
  try {
    return { value: JSON.parse(Buffer.concat(parts).toString('utf8')), bytes };
  } catch (cause) {
    const message = 'We could not parse the JSON body of your request.';
    throw new ApiError({ status: 400, message }, { cause });
  }
}

function tooLarge(maxBytes: number): ApiError {
  return new ApiError({
    status: 413,
    message: `The request body is larger than ${maxBytes} bytes. Send less history.`,
    code: 'request_too_large',
    headers: { connection: 'close' },
  });
}
