import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { type Child, startChild } from './child.ts';
import { CORES, onCore } from './cores.ts';

const MAIN = fileURLToPath(new URL('offline-model-main.ts', import.meta.url));
const URL_PATTERN = /http:\/\/127\.0\.0\.1:\d+\/v1/;

/** The offline model in a process of its own, beside the clients. `tokensPerSecond` 0: answers at once. */
export async function startModelProcess(tokensPerSecond: number): Promise<Child & { url: string }> {
  const command = onCore(CORES?.others, [
    process.execPath,
    '--disable-warning=ExperimentalWarning',
    MAIN,
    String(tokensPerSecond),
  ]);
  const child = await startChild(command, { cwd: tmpdir() }, async (output) => URL_PATTERN.test(output));
  return { ...child, url: URL_PATTERN.exec(child.output())?.[0] ?? '' };
}
