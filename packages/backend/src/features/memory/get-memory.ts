import type { GetMemoryOutput, MemoryRef } from '@aura/contract';
import type { CallerContext } from '../../context.ts';
import { storableText } from '../../db/json-text.ts';
import { withTransaction } from '../../db/transaction.ts';
import { memoryPlace } from './memory-place.ts';
import { findMemory } from './memory-store.ts';
import { memoryView } from './memory-view.ts';

/** What a key is set to; null when it is not, or not any more. */
export async function getMemory(ctx: CallerContext, input: MemoryRef): Promise<GetMemoryOutput> {
  const at = { ...memoryPlace(ctx.caller, input), key: storableText(input.key) };
  const row = await withTransaction(ctx, async ({ db }) => await findMemory(db, at));
  return { entry: row === undefined ? null : memoryView(row) };
}
