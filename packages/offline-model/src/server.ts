import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApiError } from './api-error.ts';
import { type ChatState, completeChat, isAbort } from './chat-completions.ts';
import { FailureLedger } from './failure-ledger.ts';
import { listModels, retrieveModel } from './models.ts';
import { type RecordedRequest, RequestLog } from './request-log.ts';
import { sendError, sendJson } from './respond.ts';

export type OfflineModelOptions = {
  /** 0, the default, takes a free port. */
  port?: number;
  /** There is no other choice: the model answers everybody who can reach it. */
  host?: '127.0.0.1';
  /** 60 by default; 0 sends as fast as the reader reads. */
  tokensPerSecond?: number;
};

export type OfflineModel = {
  /** What `OPENAI_BASE_URL` would be: `http://127.0.0.1:PORT/v1`. */
  readonly url: string;
  /** The last chat completion requests, oldest first; a live view, bounded to 1000. */
  readonly requests: readonly RecordedRequest[];
  /** Stops listening and ends every response at once; safe to call again. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
};

const maxBodyBytes = 4 * 1024 * 1024;

/**
 * Starts the offline model on the loopback interface.
 * @throws RangeError for another host or a negative speed; the system's error (EADDRINUSE) for a taken port
 */
export async function startOfflineModel(options: OfflineModelOptions = {}): Promise<OfflineModel> {
  const { port = 0, host = '127.0.0.1', tokensPerSecond = 60 } = options;
  if (host !== '127.0.0.1') throw new RangeError('The offline model listens on 127.0.0.1 only.');
  if (!(tokensPerSecond >= 0)) throw new RangeError('tokensPerSecond is 0 (no waiting) or more.');
  const log = new RequestLog();
  const delayMs = tokensPerSecond === 0 ? 0 : 1000 / tokensPerSecond;
  const state: ChatState = { log, ledger: new FailureLedger(), delayMs, maxBodyBytes };
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 30_000 }, (req, res) => {
    void answer(req, res, state);
  });
  server.listen(port, host);
  await once(server, 'listening');
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= closeServer(server));
  const url = `http://${host}:${portOf(server)}/v1`;
  return { url, requests: log.entries, close, [Symbol.asyncDispose]: close };
}

async function answer(req: IncomingMessage, res: ServerResponse, state: ChatState): Promise<void> {
  try {
    res.setHeader('x-request-id', `req_${randomUUID().replaceAll('-', '')}`);
    assertLocalHost(req);
    await route(req, res, state);
  } catch (err) {
    if (isAbort(err)) res.destroy();
    else sendError(res, err);
  }
}

async function route(req: IncomingMessage, res: ServerResponse, state: ChatState): Promise<void> {
  const path = (req.url ?? '').split('?')[0] ?? '';
  const modelId = /^\/v1\/models\/([^/]+)$/.exec(path)?.[1];
  if (path === '/v1/chat/completions') {
    assertMethod(req, 'POST', path);
    await completeChat(req, res, state);
  } else if (path === '/v1/models') {
    assertMethod(req, 'GET', path);
    sendJson(res, listModels());
  } else if (modelId !== undefined) {
    assertMethod(req, 'GET', path);
    sendJson(res, retrieveModel(modelId));
  } else {
    const message = `Unknown request URL: ${req.method} ${path.slice(0, 200)}. This server has /v1/chat/completions and /v1/models.`;
    throw new ApiError({ status: 404, message, code: 'unknown_url' });
  }
}

function assertMethod(req: IncomingMessage, method: string, path: string): void {
  if (req.method === method) return;
  const message = `Not allowed to ${req.method} on ${path}. Use ${method}.`;
  throw new ApiError({ status: 405, message, code: 'method_not_supported', headers: { allow: method } });
}

/** A web page can point its own name at 127.0.0.1; it cannot choose the Host header that then arrives. */
function assertLocalHost(req: IncomingMessage): void {
  if (/^(?:127\.0\.0\.1|localhost)(?::\d+)?$/i.test(req.headers.host ?? '')) return;
  throw new ApiError({ status: 403, message: 'This server answers to 127.0.0.1 and localhost only.' });
}

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return address.port;
}

async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
