import type { DeleteMemoryInput, DeleteMemoryOutput } from '@aura/contract';
import type { CallerContext } from '../../context.ts';
import { storableText } from '../../db/json-text.ts';
import { withTransaction } from '../../db/transaction.ts';
import { memoryPlace } from './memory-place.ts';
import { assertCanWrite } from './memory-policy.ts';
import { deleteMemoryRow } from './memory-store.ts';
import { changedSince } from './write-memory.ts';

/** Takes an entry away. Doing it again is harmless; with `ifVersion` it is a CONFLICT when the entry is another one. */
export async function deleteMemory(
  ctx: CallerContext,
  input: DeleteMemoryInput,
): Promise<DeleteMemoryOutput> {
  assertCanWrite(ctx.caller, input);
  const at = { ...memoryPlace(ctx.caller, input), key: storableText(input.key) };
  const isDeleted = await withTransaction(
    ctx,
    async ({ db }) => await deleteMemoryRow(db, at, input.ifVersion),
  );
  if (!isDeleted && input.ifVersion !== undefined) throw changedSince();
  return { isDeleted };
}
