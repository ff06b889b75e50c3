import {
  conversationRefSchema,
  deleteMemoryInputSchema,
  deleteMemoryOutputSchema,
  getMemoryOutputSchema,
  listMemoriesInputSchema,
  listMemoriesOutputSchema,
  listMessagesInputSchema,
  listMessagesOutputSchema,
  memoryEntrySchema,
  memoryExistsOutputSchema,
  memoryRefSchema,
  recentContextInputSchema,
  recentContextOutputSchema,
  recordMessageInputSchema,
  recordMessageOutputSchema,
  setMemoryInputSchema,
  threadStatsSchema,
} from '@aura/contract';
import { memberProcedure, nothingSchema, router, userProcedure } from '../../trpc/trpc.ts';
import { clearConversation } from '../conversation/clear-conversation.ts';
import { listMessages } from '../conversation/list-messages.ts';
import { recentContext } from '../conversation/recent-context.ts';
import { recordMessage } from '../conversation/record-message.ts';
import { threadStats } from '../conversation/thread-stats.ts';
import { deleteMemory } from './delete-memory.ts';
import { getMemory } from './get-memory.ts';
import { listMemories } from './list-memories.ts';
import { memoryExists } from './memory-exists.ts';
import { setMemory } from './set-memory.ts';

export const memoryRouter = router({
  set: memberProcedure
    .input(setMemoryInputSchema)
    .output(memoryEntrySchema)
    .mutation(async ({ ctx, input }) => await setMemory(ctx, input)),
  get: userProcedure
    .input(memoryRefSchema)
    .output(getMemoryOutputSchema)
    .query(async ({ ctx, input }) => await getMemory(ctx, input)),
  exists: userProcedure
    .input(memoryRefSchema)
    .output(memoryExistsOutputSchema)
    .query(async ({ ctx, input }) => await memoryExists(ctx, input)),
  delete: memberProcedure
    .input(deleteMemoryInputSchema)
    .output(deleteMemoryOutputSchema)
    .mutation(async ({ ctx, input }) => await deleteMemory(ctx, input)),
  list: userProcedure
    .input(listMemoriesInputSchema)
    .output(listMemoriesOutputSchema)
    .query(async ({ ctx, input }) => await listMemories(ctx, input)),

  add: memberProcedure
    .input(recordMessageInputSchema)
    .output(recordMessageOutputSchema)
    .mutation(async ({ ctx, input }) => await recordMessage(ctx, input)),
  recentContext: userProcedure
    .input(recentContextInputSchema)
    .output(recentContextOutputSchema)
    .query(async ({ ctx, input }) => await recentContext(ctx, input)),
  history: userProcedure
    .input(listMessagesInputSchema)
    .output(listMessagesOutputSchema)
    .query(async ({ ctx, input }) => await listMessages(ctx, input)),
  threadStats: userProcedure
    .input(conversationRefSchema)
    .output(threadStatsSchema)
    .query(async ({ ctx, input }) => await threadStats(ctx, input)),
  clear: memberProcedure
    .input(conversationRefSchema)
    .output(nothingSchema)
    .mutation(async ({ ctx, input }) => await clearConversation(ctx, input)),
});
