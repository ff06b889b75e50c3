import type { MemoryExistsOutput, MemoryRef } from '@aura/contract';
import type { CallerContext } from '../../context.ts';
import { getMemory } from './get-memory.ts';

/** Whether a key is set. */
export async function memoryExists(ctx: CallerContext, input: MemoryRef): Promise<MemoryExistsOutput> {
  const { entry } = await getMemory(ctx, input);
  return { exists: entry !== null };
}
