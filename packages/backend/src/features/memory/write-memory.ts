import { MEMORY_LIMITS } from '@aura/contract';
import { AppError } from '../../app-error.ts';
import type { Tx } from '../../db/transaction.ts';
import {
  countOtherMemories,
  insertMemory,
  lockMemoryOwner,
  type MemoryKey,
  type MemoryRow,
  type NewMemory,
  replaceMemory,
} from './memory-store.ts';

/**
 * Sets an entry; see `setMemoryInputSchema` for `ifVersion`. Throws CONFLICT when the entry is another one by now, or
 * when its owner has as many as there may be.
 */
export async function writeMemory(
  tx: Tx,
  at: MemoryKey,
  { ifVersion, ...entry }: NewMemory & { ifVersion?: string | null | undefined },
): Promise<MemoryRow> {
  if (ifVersion !== null) {
    const replaced = await replaceMemory(tx.db, at, { ...entry, version: ifVersion });
    if (replaced !== undefined) return replaced;
    if (ifVersion !== undefined) throw changedSince();
  }
  await lockMemoryOwner(tx.db, at);
  await assertRoom(tx, at);
  // Without a condition also in the place of one that somebody added since the first look.
  const replaces = ifVersion === null ? 'expired' : 'any';
  const added = await insertMemory(tx.db, at, { ...entry, replaces });
  if (added === undefined) throw changedSince();
  return added;
}

/** The answer to whoever changes an entry on the strength of what it was. */
export function changedSince(): AppError {
  return new AppError('CONFLICT', {
    message:
      'The entry is not at that version: it was changed, deleted, added or has expired. Get it again and decide anew.',
  });
}

async function assertRoom(tx: Tx, at: MemoryKey): Promise<void> {
  const isShared = at.ownerId === at.tenantId;
  const max = isShared ? MEMORY_LIMITS.tenantEntries : MEMORY_LIMITS.userEntries;
  if ((await countOtherMemories(tx.db, at)) < max) return;
  throw new AppError('CONFLICT', {
    message:
      `${isShared ? 'This tenant' : 'This user'} has ${max} entries, which is all there may be. ` +
      'Delete some (memory.list, memory.delete) or give them a ttlSeconds, then set this one again.',
  });
}
