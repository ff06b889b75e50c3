import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StartError } from '../start-error.ts';

export class DataFolderInUseError extends StartError {
  override name = 'DataFolderInUseError';
}

/**
 * Takes a data folder for this process alone. The lock is the operating system's (SQLite's lock on `lock.db`), so a
 * process that is killed lets go of it and no stale lock is ever left; a file with a pid in it could not promise that.
 * Throws `DataFolderInUseError` when another process holds it.
 */
export function lockDataFolder(dataDir: string): Disposable {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const holderFile = join(dataDir, 'lock.pid');
  const lockFile = join(dataDir, 'lock.db');
  const lock = new DatabaseSync(lockFile, { timeout: 0 });
  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    writeFileSync(holderFile, String(process.pid));
  } catch (cause) {
    lock.close();
    if (isBusy(cause)) {
      throw new DataFolderInUseError(
        `The data folder ${dataDir} is in use by another Aura${holder(holderFile)}. ` +
          'Stop that one, or set AURA_DATA_DIR to another folder, or set DATABASE_URL to share one PostgreSQL.',
        { cause },
      );
    }
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new StartError(
      `The data folder cannot be locked by means of ${lockFile}: ${reason}. Set AURA_DATA_DIR to a folder on this machine that this user may write to.`,
      { cause },
    );
  }
  return { [Symbol.dispose]: () => lock.close() };
}

const SQLITE_BUSY = 5;

function isBusy(err: unknown): boolean {
  return err instanceof Error && 'errcode' in err && err.errcode === SQLITE_BUSY;
}

function holder(file: string): string {
  try {
    return ` (process ${readFileSync(file, 'utf8')})`;
  } catch {
    return '';
  }
}
