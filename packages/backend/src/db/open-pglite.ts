import { PGlite } from '@electric-sql/pglite';
import { PGliteDialect } from 'kysely';
import { join } from 'node:path';
import { type Database, kyselyOn } from './database.ts';
import { lockDataFolder } from './lock-data-folder.ts';
import { INT8 } from './open-postgres.ts';

export interface PgliteOptions {
  /** The folder that holds the database (in `db/`) and its lock; null: in memory. */
  dataDir: string | null;
  /** What `PGlite.dumpDataDir` made, to start from instead of an empty database. */
  image?: Blob;
}

/**
 * Opens the embedded database. Throws `DataFolderInUseError` when another process has the folder, because PGlite
 * itself would let both write. It does not fsync: what it acknowledged survives the process, not a power cut.
 */
export async function openPglite(options: PgliteOptions): Promise<Database & { pglite: PGlite }> {
  const lock = options.dataDir === null ? null : lockDataFolder(options.dataDir);
  try {
    const pglite = await PGlite.create({
      ...(options.dataDir === null ? {} : { dataDir: join(options.dataDir, 'db') }),
      ...(options.image === undefined ? {} : { loadDataDir: options.image }),
      parsers: { [INT8]: Number },
    });
    const db = kyselyOn(new PGliteDialect({ pglite }));
    return {
      kind: 'pglite',
      db,
      writerDb: null,
      leaseDb: db,
      migrationDb: db,
      pglite,
      async [Symbol.asyncDispose]() {
        try {
          await db.destroy();
          if (!pglite.closed) await pglite.close();
        } finally {
          lock?.[Symbol.dispose]();
        }
      },
    };
  } catch (err) {
    lock?.[Symbol.dispose]();
    throw err;
  }
}
