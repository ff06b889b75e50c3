import type { z } from 'zod';

export interface CurlOptions {
  /** Default: POST with a body, GET without. */
  method?: string;
  json?: object;
  /** A body that is no JSON. */
  text?: string;
  token?: string;
  headers?: Record<string, string>;
}

export interface Answer {
  status: number;
  headers: Headers;
  /** What the body says, or the text when it is no JSON. */
  body: unknown;
}

/** A request as the older guides make them, over the wire. */
export function curlOn(server: { url: string }): (path: string, options?: CurlOptions) => Promise<Answer> {
  return async (path, options = {}) => {
    const response = await request(server, path, options);
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') ?? false;
    const body: unknown = isJson ? JSON.parse(text) : text;
    return { status: response.status, headers: response.headers, body };
  };
}

export interface Frame {
  id: string | null;
  event: string | null;
  /** Parsed, or the text when it is no JSON (`[DONE]`). */
  data: unknown;
}

export interface OpenStream extends AsyncDisposable {
  status: number;
  headers: Headers;
  /** What came so far, comments apart. */
  readonly frames: readonly Frame[];
  readonly comments: readonly string[];
  /** The first frame after the last one asked for that fits, waited for. Throws when the stream ends before. */
  until(fits: (frame: Frame) => boolean): Promise<Frame>;
  /** Everything up to the end of the stream. */
  rest(): Promise<readonly Frame[]>;
}

/** A stream as `curl -N` has it; disposing of it hangs up. */
export async function curlStream(
  server: { url: string },
  path: string,
  options: CurlOptions = {},
): Promise<OpenStream> {
  const controller = new AbortController();
  const response = await request(server, path, options, controller.signal);
  const frames: Frame[] = [];
  const comments: string[] = [];
  const pieces = piecesOf(response);
  const read = async (): Promise<boolean> => {
    const { value, done } = await pieces.next();
    if (done === true) return false;
    const comment = /^: (.*)$/.exec(value);
    if (comment === null) frames.push(parseFrame(value));
    else comments.push(comment[1] ?? '');
    return true;
  };
  let looked = 0;
  return {
    status: response.status,
    headers: response.headers,
    frames,
    comments,
    async until(fits) {
      for (;;) {
        const at = frames.findIndex((frame, index) => index >= looked && fits(frame));
        const found = frames[at];
        if (found !== undefined) {
          looked = at + 1;
          return found;
        }
        if (!(await read())) throw new Error(`the stream ended after ${JSON.stringify(frames)}`);
      }
    },
    async rest() {
      while (await read());
      return frames;
    },
    async [Symbol.asyncDispose]() {
      controller.abort();
      await pieces.return(undefined).catch(() => {});
    },
  };
}

async function request(
  { url }: { url: string },
  path: string,
  options: CurlOptions,
  signal: AbortSignal = AbortSignal.timeout(20_000),
): Promise<Response> {
  const { json, text, token, headers = {} } = options;
  const body = json === undefined ? text : JSON.stringify(json);
  return await fetch(`${url}${path}`, {
    method: options.method ?? (body === undefined ? 'GET' : 'POST'),
    redirect: 'manual',
    signal,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(json !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body }),
  });
}

/** What lies between empty lines. */
async function* piecesOf({ body }: Response): AsyncGenerator<string, void, undefined> {
  if (body === null) return;
  let text = '';
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const pieces = text.split('\n\n');
    text = pieces.pop() ?? '';
    yield* pieces;
  }
}

function parseFrame(text: string): Frame {
  const lines = text.split('\n');
  const field = (name: string): string | null =>
    lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2) ?? null;
  const data = field('data') ?? '';
  return { id: field('id'), event: field('event'), data: data.startsWith('{') ? JSON.parse(data) : data };
}

/** The body as a schema reads it; fails with what does not fit. */
export function bodyOf<S extends z.ZodType>({ body }: Pick<Answer, 'body'>, schema: S): z.output<S> {
  return schema.parse(body);
}
