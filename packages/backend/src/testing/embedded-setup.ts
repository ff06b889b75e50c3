import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { migrate } from '../db/migrate.ts';
import { openPglite } from '../db/open-pglite.ts';
import { installPgBoss } from '../ports/install-pg-boss.ts';

/** Vitest's global set-up of the embedded project: one migrated image that every test file starts from. */
export async function setup({ config }: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'aura-test-'));
  const file = join(folder, 'image.tar');
  await using database = await openPglite({ dataDir: null });
  await migrate(database);
  await installPgBoss({ kind: 'pglite', pglite: database.pglite }, fail);
  const image = await database.pglite.dumpDataDir('none');
  await writeFile(file, Buffer.from(await image.arrayBuffer()));
  // Of this project alone: `process.env` is the other project's as well.
  config.env = { ...config.env, AURA_TEST_PGLITE_IMAGE: file };
  return async () => await rm(folder, { recursive: true });
}

function fail(err: unknown): void {
  throw err;
}
