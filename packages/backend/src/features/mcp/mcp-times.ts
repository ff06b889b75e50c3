/** What a connection to one server goes by. */
export interface McpTimes {
  /** How long a run waits for tools. */
  waitMs: number;
  connectTimeoutMs: number;
  callTimeoutMs: number;
  /** A list is read again after this, whether or not the server said that it changed. */
  listTtlMs: number;
  /** After the first failure; each further one doubles it, up to five minutes. */
  pauseMs: number;
}

export interface McpToolsTimes extends McpTimes {
  /** How long the servers of a tenant are believed without looking; a lost hint heals after this. */
  rowsTtlMs: number;
  /** A connection that nobody used for this long is closed. */
  idleMs: number;
}

export const MCP_TIMES: McpToolsTimes = {
  waitMs: 2_000,
  connectTimeoutMs: 20_000,
  callTimeoutMs: 60_000,
  listTtlMs: 60_000,
  pauseMs: 1_000,
  rowsTtlMs: 5_000,
  idleMs: 5 * 60_000,
};
