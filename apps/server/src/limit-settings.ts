import type { BackendConfig } from '@aura/backend';
import { z } from 'zod';
import { flag, json, list, wholeNumber } from './setting-types.ts';

/** Amounts are in the deployment's currency; inside, in millionths of it. */
const micros = z
  .number()
  .nonnegative()
  .transform((amount) => Math.round(amount * 1_000_000));
const limit = z.int().positive();

const budgetsSchema = z.strictObject({
  runSteps: limit.optional(),
  runToolCalls: limit.optional(),
  runMinutes: z.number().positive().optional(),
  runOutputBytes: limit.optional(),
  runTokens: limit.optional(),
  runCost: micros.optional(),
  userTokens: limit.optional(),
  userCost: micros.optional(),
  tenantTokens: limit.optional(),
  tenantCost: micros.optional(),
});
const ratesSchema = z.record(z.string(), z.strictObject({ input: micros, output: micros }));

/** Settings about what agents may do and spend. */
export const limitSettings = {
  AURA_TOOL_HTTP_ALLOW: list.default([]),
  AURA_STDIO_TOOLS: flag.default(false),
  AURA_RETENTION_DAYS: wholeNumber(1, 3_650).default(30),
  AURA_BUDGETS: json(budgetsSchema, '{"runTokens":200000,"userCost":5}').optional(),
  AURA_MODEL_RATES: json(ratesSchema, '{"gpt-5-mini":{"input":0.25,"output":2}}').optional(),
};

export type Limits = Required<
  Pick<BackendConfig, 'budgets' | 'rates' | 'toolHttpAllow' | 'allowsStdioTools' | 'retentionDays'>
>;

/** As the backend takes them. */
export function limitsOf(raw: z.output<z.ZodObject<typeof limitSettings>>): Limits {
  const { runMinutes, runCost, userCost, tenantCost, ...budgets } = raw.AURA_BUDGETS ?? {};
  const set = Object.entries({
    ...budgets,
    runActiveMs: runMinutes === undefined ? undefined : runMinutes * 60_000,
    runCostMicros: runCost,
    userCostMicros: userCost,
    tenantCostMicros: tenantCost,
  }).filter(([, value]) => value !== undefined);
  const rates = Object.entries(raw.AURA_MODEL_RATES ?? {}).map(([model, { input, output }]) => [
    model,
    { inputMicros: input, outputMicros: output },
  ]);
  return {
    budgets: Object.fromEntries(set),
    rates: Object.fromEntries(rates),
    toolHttpAllow: raw.AURA_TOOL_HTTP_ALLOW,
    allowsStdioTools: raw.AURA_STDIO_TOOLS,
    retentionDays: raw.AURA_RETENTION_DAYS,
  };
}
