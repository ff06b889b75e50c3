import {
  addMcpServerInputSchema,
  classifyMcpToolInputSchema,
  mcpServerRefSchema,
  mcpServerViewSchema,
  testMcpServerOutputSchema,
  updateMcpServerInputSchema,
} from '@aura/contract';
import { z } from 'zod';
import { adminProcedure, nothingSchema, router } from '../../trpc/trpc.ts';
import { addMcpServer } from './add-mcp-server.ts';
import { classifyMcpTool } from './classify-mcp-tool.ts';
import { listMcpServers } from './list-mcp-servers.ts';
import { removeMcpServer } from './remove-mcp-server.ts';
import { testMcpServer } from './test-mcp-server.ts';
import { updateMcpServer } from './update-mcp-server.ts';

export const mcpRouter = router({
  list: adminProcedure
    .output(z.array(mcpServerViewSchema))
    .query(async ({ ctx }) => await listMcpServers(ctx)),
  add: adminProcedure
    .input(addMcpServerInputSchema)
    .output(mcpServerViewSchema)
    .mutation(async ({ ctx, input }) => await addMcpServer(ctx, input)),
  update: adminProcedure
    .input(updateMcpServerInputSchema)
    .output(mcpServerViewSchema)
    .mutation(async ({ ctx, input }) => await updateMcpServer(ctx, input)),
  remove: adminProcedure
    .input(mcpServerRefSchema)
    .output(nothingSchema)
    .mutation(async ({ ctx, input }) => await removeMcpServer(ctx, input)),
  test: adminProcedure
    .input(mcpServerRefSchema)
    .output(testMcpServerOutputSchema)
    .mutation(async ({ ctx, input }) => await testMcpServer(ctx, input)),
  classifyTool: adminProcedure
    .input(classifyMcpToolInputSchema)
    .output(mcpServerViewSchema)
    .mutation(async ({ ctx, input }) => await classifyMcpTool(ctx, input)),
});
