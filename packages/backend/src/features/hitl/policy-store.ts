import type { PolicyRule } from '@aura/contract';
import type { Kysely, Selectable } from 'kysely';
import { databaseNow } from '../../db/database-now.ts';
import { jsonText } from '../../db/json-text.ts';
import type { Schema } from '../../db/schema.ts';

export type PolicyRow = Selectable<Schema['approvalPolicies']>;

export async function readPolicy(db: Kysely<Schema>, tenantId: string): Promise<PolicyRow | undefined> {
  return await db
    .selectFrom('approvalPolicies')
    .selectAll()
    .where('tenantId', '=', tenantId)
    .executeTakeFirst();
}

/** Replaces the version named; undefined when it is another one by now. */
export async function replacePolicy(
  db: Kysely<Schema>,
  change: { tenantId: string; rules: readonly PolicyRule[]; version: number; userId: string },
): Promise<PolicyRow | undefined> {
  const { tenantId, version, userId } = change;
  const next = {
    rules: jsonText(change.rules),
    version: version + 1,
    updatedAt: databaseNow,
    updatedBy: userId,
  };
  if (version === 0) {
    return await db
      .insertInto('approvalPolicies')
      .values({ tenantId, ...next })
      .onConflict((conflict) => conflict.doNothing())
      .returningAll()
      .executeTakeFirst();
  }
  return await db
    .updateTable('approvalPolicies')
    .set(next)
    .where('tenantId', '=', tenantId)
    .where('version', '=', version)
    .returningAll()
    .executeTakeFirst();
}
