import { type AttachmentView, attachmentViewSchema, errorCodeSchema } from '@aura/contract';
import { z } from 'zod';
import { AuraError } from '../aura-error.ts';
import { parseJson } from '../parse-json.ts';
import type { Session } from '../session/session.ts';
import { codeOfStatus } from './code-of-status.ts';

export interface UploadOptions {
  name: string;
  /** How much of it is there: from 0 to 1. Only browsers tell. */
  onProgress?: (part: number) => void;
  signal?: AbortSignal;
}

export type Upload = (roomId: string, file: Blob, options: UploadOptions) => Promise<AttachmentView>;

interface UploadRequest extends Omit<UploadOptions, 'name'> {
  url: string;
  file: Blob;
  headers: Record<string, string>;
}
interface Answer {
  status: number;
  text: string;
}

interface UploadParts {
  base: string;
  fetch: typeof globalThis.fetch;
  session: Session;
}

/** Sends files as they are, which tRPC does not. A token that is refused is renewed once: nothing was stored. */
export function createUpload({ base, fetch, session }: UploadParts): Upload {
  return async (roomId, file, { name, ...options }) => {
    const url = `${base}/api/rooms/${encodeURIComponent(roomId)}/attachments?name=${encodeURIComponent(name)}`;
    const transmit = async (): Promise<Answer & { token: string | null }> => {
      const token = await session.accessToken();
      const headers = {
        'content-type': file.type === '' ? 'application/octet-stream' : file.type,
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      };
      const request = { ...options, url, file, headers };
      // Only the older of the two ways tells how far it is.
      const canTell = options.onProgress !== undefined && typeof XMLHttpRequest !== 'undefined';
      return { ...(canTell ? await withProgress(request) : await withFetch(fetch, request)), token };
    };
    let answer = await transmit();
    if (answer.status === 401 && answer.token !== null) {
      session.refuse(answer.token);
      answer = await transmit();
    }
    return parseAnswer(answer);
  };
}

async function withFetch(
  fetch: typeof globalThis.fetch,
  { url, file, headers, signal }: UploadRequest,
): Promise<Answer> {
  try {
    const init = { method: 'POST', body: file, headers, ...(signal === undefined ? {} : { signal }) };
    const response = await fetch(url, init);
    return { status: response.status, text: await response.text() };
  } catch (err) {
    throw unanswered(err);
  }
}

function withProgress({ url, file, headers, onProgress, signal }: UploadRequest): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.addEventListener('progress', ({ loaded, total }) => onProgress?.(loaded / total));
    request.addEventListener('load', () => resolve({ status: request.status, text: request.responseText }));
    for (const event of ['error', 'abort', 'timeout'] as const) {
      request.addEventListener(event, () => reject(unanswered(new Error(event))));
    }
    signal?.addEventListener('abort', () => request.abort());
    request.send(file);
  });
}

const problemSchema = z.object({ code: errorCodeSchema, detail: z.string().optional() });

function parseAnswer({ status, text }: Answer): AttachmentView {
  const body = parseJson(text);
  const file = attachmentViewSchema.safeParse(body);
  if (status < 400 && file.success) return file.data;
  const problem = problemSchema.safeParse(body);
  if (problem.success) {
    const { code, detail } = problem.data;
    throw new AuraError(code, { message: detail ?? code });
  }
  throw new AuraError(codeOfStatus(status), { message: `the upload was answered with status ${status}` });
}

/** What came of it nobody knows, but a file without a message is nothing: sending it again does no harm. */
function unanswered(cause: unknown): AuraError {
  return new AuraError('NETWORK', { message: 'the upload broke off; check the connection', cause });
}
