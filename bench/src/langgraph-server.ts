import { execFile } from 'node:child_process';
import { copyFile, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freePort } from '@aura/backend/testing';
import { answers, type Child, startChild } from './child.ts';
import { CORES, onCore } from './cores.ts';

/** Before this date the newest versions of these go together. */
const INSTALL = [
  'i',
  '--before=2026-09-15',
  '--legacy-peer-deps',
  '@langchain/langgraph-cli',
  '@langchain/langgraph',
  '@langchain/core',
];
const CACHE = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'aura-bench', 'langgraph');
const COMMAND = join('node_modules', '.bin', 'langgraphjs');
const source = (file: string): string => fileURLToPath(new URL(`langgraph/${file}`, import.meta.url));

/** Installs LangGraph's server into the user's cache folder unless it is there; never into the workspace. */
export async function installLanggraph(): Promise<void> {
  await mkdir(CACHE, { recursive: true });
  if (await stat(join(CACHE, COMMAND)).catch(() => null)) return;
  console.log(`npm ${INSTALL.join(' ')}   # in ${CACHE}, once`);
  await writeFile(join(CACHE, 'package.json'), '{ "private": true, "type": "module" }\n');
  await promisify(execFile)('npm', INSTALL, { cwd: CACHE, timeout: 300_000 });
}

/** `langgraphjs dev`, which keeps everything in memory, on a fresh state, with a worker for each turn at a time. */
export async function startLanggraphServer({
  modelUrl,
  workers,
}: {
  modelUrl: string;
  workers: number;
}): Promise<Child & { url: string }> {
  for (const file of ['graph.mjs', 'langgraph.json']) await copyFile(source(file), join(CACHE, file));
  // What it wrote down when it stopped last.
  await rm(join(CACHE, '.langgraph_api'), { recursive: true, force: true });
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const options = ['--host', '127.0.0.1', '--port', String(port), '--no-browser'];
  const command = onCore(CORES?.server, [
    process.execPath,
    COMMAND,
    'dev',
    ...options,
    '--n-jobs-per-worker',
    String(workers),
  ]);
  const env = {
    LANGGRAPH_CLI_NO_ANALYTICS: '1',
    LANGSMITH_TRACING: 'false',
    LOG_LEVEL: 'error',
    BROWSER: 'none',
    BENCH_MODEL_URL: modelUrl,
  };
  const child = await startChild(command, { cwd: CACHE, env }, async () => await answers(`${url}/ok`));
  return { ...child, url };
}
