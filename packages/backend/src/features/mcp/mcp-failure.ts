import { ProtocolError, SdkError, SdkErrorCode, SdkHttpError } from '@modelcontextprotocol/client';
import { guardedErrorIn } from '../../ports/guarded-fetch-error.ts';
import { BROKE_OFF } from './answering-transport.ts';

/**
 * Why a server gave nothing. The message is safe for admins, models and the log: our own words, or the server's without
 * its secrets; there is no cause, because that may hold them. `tool`: the tool says that it failed. `session`: the server
 * has forgotten us and did nothing, so it is safe to ask again in a new session. `lost`: the connection is of no use any
 * more. `other`: this one request failed.
 */
export class McpFailure extends Error {
  override name = 'McpFailure';
  readonly kind: 'tool' | 'session' | 'lost' | 'other';

  constructor(kind: McpFailure['kind'], message: string) {
    super(message.slice(0, MAX_CHARS));
    this.kind = kind;
  }

  /** The connection has to be made again. */
  get endsConnection(): boolean {
    return this.kind === 'lost' || this.kind === 'session';
  }
}

const MAX_CHARS = 2_000;

/** What the SDK, the guard or the system threw, as a failure that can be told. */
export function mcpFailure(err: unknown, redact: (text: string) => string): McpFailure {
  if (err instanceof McpFailure) return err;
  const guarded = guardedErrorIn(err);
  if (guarded !== null) return new McpFailure('lost', guarded.message);
  const causes = causesOf(err);
  const http = causes.find((cause) => cause instanceof SdkHttpError);
  if (http instanceof SdkHttpError) {
    return new McpFailure(http.status === 404 ? 'session' : 'other', ofStatus(http.status));
  }
  for (const cause of causes) {
    if (isLost(cause)) return new McpFailure('lost', 'It closed the connection.');
    if (cause instanceof ProtocolError) return new McpFailure('other', redact(cause.message));
    if (cause.name === 'TimeoutError' || isSdkError(cause, SdkErrorCode.RequestTimeout)) {
      return new McpFailure('other', 'It took too long.');
    }
    if ('code' in cause && cause.code === 'ENOENT') {
      return new McpFailure('lost', 'There is no such command on this machine.');
    }
    if ('code' in cause && cause.code === 'EACCES') {
      return new McpFailure('lost', 'The command may not be executed.');
    }
  }
  return new McpFailure('other', 'It does not answer as an MCP server does.');
}

function ofStatus(status: number): string {
  return status === 401 || status === 403
    ? `It refuses the credentials (HTTP ${status}).`
    : `It answered with HTTP ${status}.`;
}

function isLost(err: Error): boolean {
  return (
    isSdkError(err, SdkErrorCode.ConnectionClosed) ||
    isSdkError(err, SdkErrorCode.NotConnected) ||
    (err instanceof ProtocolError && err.data === BROKE_OFF)
  );
}

function isSdkError(err: Error, code: SdkErrorCode): boolean {
  return err instanceof SdkError && err.code === code;
}

function causesOf(err: unknown): Error[] {
  const causes: Error[] = [];
  for (let cause = err; cause instanceof Error && causes.length < 5; cause = cause.cause) causes.push(cause);
  return causes;
}
