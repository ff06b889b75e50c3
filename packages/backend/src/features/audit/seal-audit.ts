import { takeTurn } from '../../db/take-turn.ts';
import { withSystemTransaction } from '../../db/transaction.ts';
import type { UpkeepContext } from '../upkeep/retention.ts';
import { addLinks, type ChainLink, lastLink, tenantsToSeal, unsealedEntries } from './audit-store.ts';
import { CHAIN_START, chainHash } from './chain-hash.ts';

type SealContext = Pick<UpkeepContext, 'database' | 'hub'>;

const TENANTS = 100;
const ENTRIES = 500;

/**
 * Puts entries that are in no chain yet into that of their tenant. Apart from writing them, because a chain is a queue:
 * were each link made with its entry, all that a tenant does at once would wait for each other's commits.
 */
export async function sealAudit(ctx: SealContext, signal: AbortSignal): Promise<void> {
  let tenants = await nextTenants(ctx);
  while (tenants.length > 0 && !signal.aborted) {
    for (const tenantId of tenants) await sealTenant(ctx, tenantId, signal);
    tenants = await nextTenants(ctx);
  }
}

/** As above, for one tenant. Nodes that do it at once do it one after the other. */
export async function sealTenant(ctx: SealContext, tenantId: string, signal: AbortSignal): Promise<void> {
  let count = ENTRIES;
  while (count === ENTRIES && !signal.aborted) {
    count = await withSystemTransaction(ctx, async ({ db }) => {
      await takeTurn(db, `aura-audit:${tenantId}`);
      const entries = await unsealedEntries(db, { tenantId, limit: ENTRIES });
      const last = await lastLink(db, tenantId);
      let { seq, hash }: Pick<ChainLink, 'seq' | 'hash'> = last ?? { seq: 0, hash: CHAIN_START };
      const links = entries.map(({ entryId, text }): ChainLink => {
        seq += 1;
        hash = chainHash(hash, text);
        return { seq, entryId, hash };
      });
      if (links.length > 0) await addLinks(db, { tenantId, links });
      return links.length;
    });
  }
}

async function nextTenants(ctx: SealContext): Promise<string[]> {
  return await withSystemTransaction(ctx, async ({ db }) => await tenantsToSeal(db, TENANTS));
}
