import { stdin, stdout } from 'node:process';
import { createInterface } from 'node:readline/promises';

const PATIENCE_MS = 30_000;

/**
 * Asks whoever sits there. Yes without a terminal, on Return, and when nobody answers for 30 s. Rejects when `signal` aborts.
 */
export async function askInTerminal(question: string, signal: AbortSignal): Promise<boolean> {
  if (!stdin.isTTY) {
    console.log(`${question}yes (no terminal to ask)`);
    return true;
  }
  const terminal = createInterface({ input: stdin, output: stdout });
  // While it asks, the terminal's Ctrl-C comes here and not to the process.
  terminal.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    const until = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
    const answer = await terminal.question(question, { signal: until });
    return !/^n/i.test(answer.trim());
  } catch {
    signal.throwIfAborted();
    console.log('yes (nobody answered)');
    return true;
  } finally {
    terminal.close();
  }
}
