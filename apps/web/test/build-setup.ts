import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';

/** Vitest's global set-up of the browser tests: the app as it is shipped, built from the sources at hand. */
export async function setup(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'aura-web-'));
  const root = join(import.meta.dirname, '..');
  await build({ root, logLevel: 'error', mode: 'production', build: { outDir: folder, emptyOutDir: true } });
  process.env['AURA_TEST_WEB_ROOT'] = folder;
  return async () => await rm(folder, { recursive: true });
}
