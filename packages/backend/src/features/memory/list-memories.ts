import type { ListMemoriesInput, ListMemoriesOutput } from '@aura/contract';
import { z } from 'zod';
import type { CallerContext } from '../../context.ts';
import { storableText } from '../../db/json-text.ts';
import { withTransaction } from '../../db/transaction.ts';
import { encodePage, parsePage } from '../../page.ts';
import { memoryPlace } from './memory-place.ts';
import { listMemoryRows } from './memory-store.ts';
import { memoryView } from './memory-view.ts';

const keySchema = z.object({ key: z.string() });

/** One page of the entries of a scope, in the order of their keys. */
export async function listMemories(
  ctx: CallerContext,
  input: ListMemoriesInput,
): Promise<ListMemoriesOutput> {
  const { limit } = input;
  const place = parsePage(keySchema, input.page);
  const rows = await withTransaction(
    ctx,
    async ({ db }) =>
      await listMemoryRows(db, {
        ...memoryPlace(ctx.caller, input),
        prefix: storableText(input.prefix ?? ''),
        after: place === null ? null : storableText(place.key),
        limit: limit + 1,
      }),
  );
  const entries = rows.slice(0, limit).map(memoryView);
  const last = entries.at(-1);
  const hasMore = rows.length > limit && last !== undefined;
  return { entries, nextPage: hasMore ? encodePage(keySchema, last) : null };
}
