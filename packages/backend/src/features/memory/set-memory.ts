import type { MemoryEntry, SetMemoryInput } from '@aura/contract';
import type { CallerContext } from '../../context.ts';
import { storableText } from '../../db/json-text.ts';
import { withTransaction } from '../../db/transaction.ts';
import { memoryPlace } from './memory-place.ts';
import { assertCanWrite } from './memory-policy.ts';
import { memoryView } from './memory-view.ts';
import { writeMemory } from './write-memory.ts';

/** Sets a key to a value for as long as the input says, and answers the entry. */
export async function setMemory(ctx: CallerContext, input: SetMemoryInput): Promise<MemoryEntry> {
  assertCanWrite(ctx.caller, input);
  const { value, ttlSeconds, ifVersion } = input;
  const at = { ...memoryPlace(ctx.caller, input), key: storableText(input.key) };
  return await withTransaction(ctx, async (tx) =>
    memoryView(await writeMemory(tx, at, { value, ttlSeconds, ifVersion })),
  );
}
