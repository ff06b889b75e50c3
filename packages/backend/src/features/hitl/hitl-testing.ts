import type { ApprovalView, ErrorData, Json } from '@aura/contract';
import { expect } from 'vitest';
import { z } from 'zod';
import { AppError } from '../../app-error.ts';
import type { Backend } from '../../create-backend.ts';
import type { TestCaller } from '../../testing/test-caller.ts';
import type { Asked } from '../agent/agent-testing.ts';
import { builtInTools } from '../agent/built-in-tools.ts';
import { defineTool, type Tool } from '../agent/tool.ts';
import { createToolRegistry, type ToolRegistry } from '../agent/tool-registry.ts';

/** One call that really happened. */
export interface Effect {
  tool: string;
  args: Json;
  key: string;
  runId: string;
}

export interface Workshop {
  tools: ToolRegistry;
  /** What was executed, in order. */
  readonly effects: Effect[];
  /** From now on the tool is this one. */
  replace(tool: Tool): void;
  /** A tool that records its calls and answers them. */
  make(traits: Pick<Tool, 'name' | 'risk' | 'repeat'> & Partial<Pick<Tool, 'version' | 'taints'>>): Tool;
}

const inputSchema = z.object({
  to: z.string().max(50),
  amount: z.number().default(1),
  note: z.string().optional(),
});

/**
 * Tools with effects to count: `send` (external, once), `post` (external, keyed), `publish` (shared, once), `store`
 * (write, keyed), `look` (read) and `listen` (read; what it hears are strangers' words).
 */
export function createWorkshop(): Workshop {
  const effects: Effect[] = [];
  const make: Workshop['make'] = (traits) =>
    defineTool({
      description: 'Counts.',
      ...traits,
      input: inputSchema,
      run({ key, runId }, args) {
        effects.push({ tool: traits.name, args: z.json().parse(args), key, runId });
        return { result: { to: args.to, did: traits.name } };
      },
    });
  const byName = new Map<string, Tool>();
  for (const tool of [
    ...builtInTools,
    make({ name: 'send', risk: 'external', repeat: 'once' }),
    make({ name: 'post', risk: 'external', repeat: 'keyed' }),
    make({ name: 'publish', risk: 'shared', repeat: 'once' }),
    make({ name: 'store', risk: 'write', repeat: 'keyed' }),
    make({ name: 'look', risk: 'read', repeat: 'pure' }),
    make({ name: 'listen', risk: 'read', repeat: 'pure', taints: true }),
  ]) {
    byName.set(tool.name, tool);
  }
  return {
    tools: { of: async (tenantId) => await createToolRegistry([...byName.values()]).of(tenantId) },
    effects,
    replace: (tool) => void byName.set(tool.name, tool),
    make,
  };
}

/**
 * Waits until the run waits for people about something that is none of `known`; answers what they are asked now, in the
 * order of the calls.
 */
export async function untilAsked(
  { call }: TestCaller,
  { runId }: Asked,
  known: readonly ApprovalView[] = [],
): Promise<ApprovalView[]> {
  const isKnown = ({ id }: ApprovalView): boolean => known.some((approval) => approval.id === id);
  let asked: ApprovalView[] = [];
  const isAsked = async (): Promise<boolean> => {
    const { items, status } = (await call.agent.get({ runId })).state;
    const approvals = items.flatMap((item) => (item.kind === 'approval' ? [item.approval] : []));
    asked = approvals.filter((approval) => approval.status === 'pending' && !isKnown(approval));
    return status === 'waiting' && asked.length > 0;
  };
  await expect.poll(isAsked, { interval: 10, timeout: 10_000 }).toBe(true);
  return asked;
}

/** As `untilAsked`, for a run that asks one thing. */
export async function untilAskedOnce(
  caller: TestCaller,
  asked: Asked,
  known: readonly ApprovalView[] = [],
): Promise<ApprovalView> {
  const [approval, ...others] = await untilAsked(caller, asked, known);
  if (approval === undefined || others.length > 0) throw new Error('not one thing was asked');
  return approval;
}

/** What a decision names. */
export const seen = ({
  id: approvalId,
  argsHash,
}: ApprovalView): { approvalId: string; argsHash: string } => ({
  approvalId,
  argsHash,
});

/** The code and facts of a refusal; fails when there is none. */
export async function refusalOf(
  attempt: Promise<unknown>,
): Promise<{ code: string; message: string; decision?: ErrorData['decision'] }> {
  const error = await attempt.then(
    () => null,
    (err: unknown) => err,
  );
  const cause = error instanceof Error && !(error instanceof AppError) ? error.cause : error;
  if (cause instanceof AppError) {
    const { code, message, extras } = cause;
    return { code, message, ...(extras.decision === undefined ? {} : { decision: extras.decision }) };
  }
  if (error instanceof Error && 'code' in error) return { code: String(error.code), message: error.message };
  throw new Error('it was not refused');
}

/** Lets an approval's time be up. */
export async function letExpire({ database }: Pick<Backend, 'database'>, approvalId: string): Promise<void> {
  await database.db
    .updateTable('approvals')
    .set({ expiresAt: new Date(Date.now() - 60_000) })
    .where('id', '=', approvalId)
    .execute();
}

/** What the audit log says of a subject, oldest first. */
export async function auditOf(
  { database }: Pick<Backend, 'database'>,
  subject: string,
): Promise<{ action: string; actorId: string | null; data: Json }[]> {
  return await database.db
    .selectFrom('auditLog')
    .select(['action', 'actorId', 'data'])
    .where('subject', '=', subject)
    .orderBy('id')
    .execute();
}
