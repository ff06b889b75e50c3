/** What a connection may take of the server before it has shown anything for it. */
export interface HttpLimits {
  maxBodyBytes: number;
  /** From the first byte (or the connection) to the end of the headers. */
  headersTimeoutMs: number;
  /** To the end of the body. */
  requestTimeoutMs: number;
  /** Between requests; longer than balancers keep theirs, which would otherwise send into a closing connection. */
  keepAliveTimeoutMs: number;
}

export const HTTP_LIMITS: HttpLimits = {
  maxBodyBytes: 1_048_576,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  keepAliveTimeoutMs: 65_000,
};
