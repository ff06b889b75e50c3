import {
  isJSONRPCRequest,
  type JSONRPCMessage,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client';

type SendOptions = Parameters<StreamableHTTPClientTransport['send']>[1];

/** The `data` of the error that such a request fails with. */
export const BROKE_OFF = 'aura: the server broke off';

/**
 * Streamable HTTP, where a request whose stream ends without an answer fails at once. The SDK only tells whoever asks; a
 * server that dies in the middle of a call would otherwise be waited for until the call's time is up.
 */
export class AnsweringTransport extends StreamableHTTPClientTransport {
  override async send(message: JSONRPCMessage | JSONRPCMessage[], options?: SendOptions): Promise<void> {
    if (Array.isArray(message) || !isJSONRPCRequest(message)) return await super.send(message, options);
    const { id } = message;
    await super.send(message, {
      ...options,
      onRequestStreamEnd: () => {
        options?.onRequestStreamEnd?.();
        // After a proper answer nobody waits for this one, and it is dropped.
        this.onmessage?.({
          jsonrpc: '2.0',
          id,
          error: { code: -32_000, message: 'The server broke off before it answered.', data: BROKE_OFF },
        });
      },
    });
  }
}
