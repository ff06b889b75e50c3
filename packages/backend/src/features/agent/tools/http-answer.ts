import { GuardedFetchError } from '../../../ports/guarded-fetch-error.ts';
import { htmlText } from './html-text.ts';

/** What the model is told of an answer. `text` is null when there is none to read: an image, an archive. */
export type HttpAnswer = {
  status: number;
  /** Where it came from, after redirects. */
  url: string;
  contentType: string | null;
  /** Where a redirect that was not followed leads. */
  location?: string;
  text: string | null;
  truncated: boolean;
};

/** As JSON, and less than what a tool's result may have, so that it is never cut in mid-JSON. */
const MAX_TEXT_CHARS = 60_000;

/** Reads the answer: pages as the text a person would see, other text as it is, cut at a size. */
export async function httpAnswer(response: Response): Promise<HttpAnswer> {
  const { status, url, headers } = response;
  const contentType = headers.get('content-type');
  const location = headers.get('location');
  const about = { status, url, contentType, ...(location === null ? {} : { location }) };
  const { bytes, isTruncated } = await readBytes(response);
  if (!isText(contentType, bytes)) return { ...about, text: null, truncated: false };
  const decoded = decode(bytes, contentType);
  const whole = isHtml(contentType) ? htmlText(decoded, url) : decoded;
  const text = cut(whole);
  return { ...about, text, truncated: isTruncated || text.length < whole.length };
}

async function readBytes({ body }: Response): Promise<{ bytes: Buffer; isTruncated: boolean }> {
  const parts: Uint8Array[] = [];
  try {
    for await (const part of body ?? []) parts.push(part);
    return { bytes: Buffer.concat(parts), isTruncated: false };
  } catch (err) {
    if (!(err instanceof GuardedFetchError) || err.reason !== 'too_large') throw err;
    return { bytes: Buffer.concat(parts), isTruncated: true };
  }
}

const TEXT_TYPES =
  /^(text\/.*|.*[/+](json|xml|yaml)|application\/(x-ndjson|x-yaml|toml|graphql|sql|(x-|ecma|java)*script|x-www-form-urlencoded))$/;

function isText(contentType: string | null, bytes: Buffer): boolean {
  if (contentType === null) return !bytes.subarray(0, 1_024).includes(0);
  return TEXT_TYPES.test(essenceOf(contentType));
}

function isHtml(contentType: string | null): boolean {
  return contentType !== null && ['text/html', 'application/xhtml+xml'].includes(essenceOf(contentType));
}

function essenceOf(contentType: string): string {
  return (contentType.split(';', 1)[0] ?? '').trim().toLowerCase();
}

function decode(bytes: Buffer, contentType: string | null): string {
  const [, charset = 'utf-8'] = /charset\s*=\s*"?([\w.:-]+)/i.exec(contentType ?? '') ?? [];
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes);
  }
}

/** Quotes and control characters count as what they become in JSON; eight rounds, for each comes closer. */
function cut(text: string): string {
  let part = text.slice(0, MAX_TEXT_CHARS).toWellFormed();
  for (let round = 0; round < 8; round++) {
    const { length } = JSON.stringify(part);
    if (length <= MAX_TEXT_CHARS + 2) return part;
    part = part.slice(0, Math.floor((part.length * MAX_TEXT_CHARS) / length)).toWellFormed();
  }
  return part.slice(0, MAX_TEXT_CHARS / 6).toWellFormed();
}
