import { createContext, Script } from 'node:vm';

/** `work` was stopped in the middle: whatever it was changing is in no known state and must be thrown away. */
export class OvertimeError extends Error {
  override name = 'OvertimeError';
}

const CALL = new Script('work()');

/**
 * What `work` returns, if that takes no longer than `limitMs`; else `OvertimeError`. For synchronous work on what strangers
 * wrote, whose time grows out of proportion to its size (a regular expression, a schema that refers to itself, HTML that
 * never closes a tag): nothing else on this node runs until it is done. V8's own interrupt is the only thing that stops it;
 * it costs about 1 ms, so this is not for every call.
 */
export function withinMs<T>(limitMs: number, work: () => T): T {
  const results: T[] = [];
  const context = createContext({ work: () => void results.push(work()) });
  try {
    CALL.runInContext(context, { timeout: limitMs });
  } catch (err) {
    if (isTimeout(err)) throw new OvertimeError(`That took longer than ${limitMs} ms.`, { cause: err });
    throw err;
  }
  const [result] = results;
  return result as T;
}

function isTimeout(err: unknown): boolean {
  // Made by the other context, so it is no `Error` of ours.
  return (
    typeof err === 'object' && err !== null && 'code' in err && err.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
  );
}
