import { stdin, stdout } from 'node:process';
import { createInterface } from 'node:readline/promises';

const PATIENCE_MS = 30_000;

/** Asks whoever sits there. Yes without a terminal, on Return, and when nobody answers for 30 s. */
export async function askInTerminal(question: string): Promise<boolean> {
  if (!stdin.isTTY) {
    console.log(`${question}yes (no terminal to ask)`);
    return true;
  }
  const terminal = createInterface({ input: stdin, output: stdout });
  try {
    const answer = await terminal.question(question, { signal: AbortSignal.timeout(PATIENCE_MS) });
    return !/^n/i.test(answer.trim());
  } catch {
    console.log('yes (nobody answered)');
    return true;
  } finally {
    terminal.close();
  }
}
