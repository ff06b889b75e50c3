import {
  Client,
  type ClientOptions,
  type StreamableHTTPClientTransport,
  type Transport,
} from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { createGuardedFetch } from '../../ports/guarded-fetch.ts';
import { untilAborted } from '../../until-aborted.ts';
import { AnsweringTransport } from './answering-transport.ts';

/** Where a server is, with its secrets in the clear: never to be logged or answered. */
export type McpTarget =
  | { kind: 'http'; url: string; headers: Record<string, string> }
  | { kind: 'stdio'; command: string; args: string[]; env: Record<string, string> };

export interface McpClientOptions {
  /** `config.toolHttpAllow`. */
  allow: readonly string[] | undefined;
  version: string;
  connectTimeoutMs: number;
  /** Gives up connecting. */
  signal: AbortSignal;
  onClose: () => void;
  onToolsChanged: () => void;
}

export interface McpClient extends AsyncDisposable {
  readonly client: Client;
}

const MAX_MESSAGE_BYTES = 4_000_000;
const PROBE_TIMEOUT_MS = 5_000;
const GOODBYE_MS = 1_000;
/** What a server answers is read as text by a model, whatever it said its output looks like. */
const NO_OUTPUT_CHECK: NonNullable<ClientOptions['jsonSchemaValidator']> = {
  getValidator: () => (data) => ({ valid: true, data: data as never, errorMessage: undefined }),
};

/**
 * Connects, in whichever of the protocol's revisions the server speaks. Throws what the SDK or the guard threw (see
 * `describeMcpFailure`); nothing stays open then.
 */
export async function openMcpClient(target: McpTarget, options: McpClientOptions): Promise<McpClient> {
  const { version, connectTimeoutMs, onClose, onToolsChanged } = options;
  await using stack = new AsyncDisposableStack();
  const { transport, leave } = openTransport(target, options, stack);
  const client = new Client(
    { name: 'aura', version },
    {
      // Nothing that a server could ask of us: no sampling, no roots, no questions to users.
      capabilities: {},
      jsonSchemaValidator: NO_OUTPUT_CHECK,
      versionNegotiation: {
        mode: 'auto',
        probe: { timeoutMs: Math.min(PROBE_TIMEOUT_MS, connectTimeoutMs) },
      },
      inputRequired: { autoFulfill: false },
      listMaxPages: 16,
      listChanged: { tools: { autoRefresh: false, debounceMs: 50, onChanged: onToolsChanged } },
    },
  );
  // The SDK tells `onerror` of every odd message; whatever matters fails a request as well.
  Object.assign(client, { onclose: onClose, onerror: () => {} });
  stack.defer(async () => await client.close().catch(() => {}));
  const deadline = AbortSignal.any([options.signal, AbortSignal.timeout(connectTimeoutMs)]);
  await untilAborted(client.connect(transport, { timeout: connectTimeoutMs, signal: deadline }), deadline);
  stack.defer(leave);
  const parts = stack.move();
  return { client, [Symbol.asyncDispose]: async () => await parts.disposeAsync() };
}

interface OpenTransport {
  transport: Transport;
  /** Before an orderly end. */
  leave: () => Promise<void>;
}

function openTransport(
  target: McpTarget,
  options: McpClientOptions,
  stack: AsyncDisposableStack,
): OpenTransport {
  switch (target.kind) {
    case 'stdio': {
      const { command, args, env } = target;
      // Its stderr is not kept: it may hold what the program was given in its environment.
      const stdio = new StdioClientTransport({
        command,
        args,
        env,
        stderr: 'ignore',
        maxBufferSize: MAX_MESSAGE_BYTES,
      });
      // Closes a program that was started although connecting failed; the client does not.
      stack.defer(async () => await stdio.close());
      return { transport: stdio, leave: () => Promise.resolve() };
    }
    case 'http': {
      const guarded = stack.use(
        createGuardedFetch({
          allow: options.allow,
          // Streams last as long as the connection; calls have deadlines of their own.
          headersTimeoutMs: 65_000,
          totalTimeoutMs: null,
          maxBytes: MAX_MESSAGE_BYTES,
        }),
      );
      const http = new AnsweringTransport(new URL(target.url), {
        fetch: async (url, init) => await guarded.fetch(url, init),
        requestInit: { headers: target.headers },
      });
      return { transport: http, leave: async () => await sayGoodbye(http) };
    }
  }
}

/** A server that keeps sessions can forget this one. It need not listen. */
async function sayGoodbye(transport: StreamableHTTPClientTransport): Promise<void> {
  await untilAborted(transport.terminateSession(), AbortSignal.timeout(GOODBYE_MS)).catch(() => {});
}
