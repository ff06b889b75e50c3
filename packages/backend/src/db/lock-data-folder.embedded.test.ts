import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase } from '../testing/test-database.ts';
import { DataFolderInUseError, lockDataFolder } from './lock-data-folder.ts';
import { openPglite } from './open-pglite.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aura-lock-'));
});
afterEach(async () => await rm(folder, { recursive: true }));

/** Another process that takes the folder and keeps it; says `held` or why it could not. */
async function otherProcess(path: string): Promise<{ child: ChildProcess; said: string }> {
  const module = new URL('lock-data-folder.ts', import.meta.url).href;
  const program = `
    const { lockDataFolder } = await import(${JSON.stringify(module)});
    try { globalThis.lock = lockDataFolder(${JSON.stringify(path)}); console.log('held'); setInterval(() => {}, 1000); }
    catch (err) { console.log(err.name + ': ' + err.message); }`;
  const child = spawn(process.execPath, ['--no-warnings', '--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  for await (const chunk of child.stdout) {
    said += String(chunk);
    if (said.includes('\n')) break;
  }
  return { child, said: said.trim() };
}

async function kill(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

describe('lockDataFolder', () => {
  it('refuses a folder that another process holds, and says which and what to do', async () => {
    const { child, said } = await otherProcess(folder);
    try {
      expect(said).toBe('held');
      expect(() => lockDataFolder(folder)).toThrow(DataFolderInUseError);
      expect(() => lockDataFolder(folder)).toThrow(
        `${folder} is in use by another Aura (process ${child.pid}). Stop that one, or set AURA_DATA_DIR`,
      );
    } finally {
      await kill(child);
    }
  });

  it('is free again when its holder was killed', async () => {
    const { child } = await otherProcess(folder);
    await kill(child);
    using _lock = lockDataFolder(folder);
    expect((await otherProcess(folder)).said).toContain(`(process ${process.pid})`);
  });

  it('refuses the same process a second time, and gives the folder back when it is disposed', () => {
    {
      using _lock = lockDataFolder(folder);
      expect(() => lockDataFolder(folder)).toThrow(DataFolderInUseError);
      // A failed try must not let go of what is held.
      expect(() => lockDataFolder(join(folder, '..', folder.split('/').at(-1) ?? ''))).toThrow(
        DataFolderInUseError,
      );
    }
    using _again = lockDataFolder(folder);
  });

  it('makes the folder, for its owner alone', async () => {
    using _lock = lockDataFolder(join(folder, 'new', 'deep'));
    expect((await otherProcess(join(folder, 'new', 'deep'))).said).toContain('in use');
  });

  it('does not call a folder in use that it cannot lock for another reason', async () => {
    await writeFile(join(folder, 'lock.db'), 'this is no database, but somebody’s notes'.repeat(100));
    expect(() => lockDataFolder(folder)).toThrow(/lock\.db/);
    expect(() => lockDataFolder(folder)).not.toThrow(DataFolderInUseError);
    await rm(join(folder, 'lock.db'));
    await mkdir(join(folder, 'lock.pid'));
    expect(() => lockDataFolder(folder)).toThrow(/EISDIR/);
    await rm(join(folder, 'lock.pid'), { recursive: true });
    using _lock = lockDataFolder(folder);
  });
});

describe('openPglite', () => {
  it('lets one process in at a time, and lets go when it cannot open or is closed', async () => {
    const { database } = await createTestDatabase();
    if (database.kind !== 'pglite' || database.image === undefined) return expect.unreachable();
    const { image } = database;
    {
      await using _database = await openPglite({ dataDir: folder, image });
      await expect(openPglite({ dataDir: folder })).rejects.toBeInstanceOf(DataFolderInUseError);
    }
    const broken = join(folder, 'broken');
    await mkdir(broken);
    await writeFile(join(broken, 'db'), 'no folder');
    await expect(openPglite({ dataDir: broken })).rejects.not.toBeInstanceOf(DataFolderInUseError);
    using _lock = lockDataFolder(broken);
  });
});
