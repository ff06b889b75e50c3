import type { AuditAnchor, VerifyAuditInput, VerifyAuditOutput } from '@aura/contract';
import type { CallerContext } from '../../context.ts';
import { withSystemTransaction } from '../../db/transaction.ts';
import { type ChainLink, findUnchained, linksAfter } from './audit-store.ts';
import { CHAIN_START, chainHash } from './chain-hash.ts';
import { sealTenant } from './seal-audit.ts';

type Problem = NonNullable<VerifyAuditOutput['problem']>;
interface Walk {
  problem: Problem | null;
  checked: number;
  anchor: AuditAnchor | null;
  hasMore: boolean;
}

const BATCH = 1_000;
/** In one call; a longer log is gone through in several. */
const MAX_CHECKED = 50_000;
const SEAL_MS = 10_000;

/**
 * Computes the caller's tenant's chain anew and compares. Finds entries that were altered, deleted or put in past it, and,
 * against an anchor that was kept elsewhere, a log that was cut off or written anew.
 */
export async function verifyAudit(
  ctx: CallerContext,
  { from }: VerifyAuditInput,
): Promise<VerifyAuditOutput> {
  const { tenantId } = ctx.caller;
  await sealTenant(ctx, tenantId, AbortSignal.timeout(SEAL_MS));
  let walk: Walk = {
    problem: await anchorProblem(ctx, from),
    checked: 0,
    anchor: from ?? null,
    hasMore: true,
  };
  while (walk.hasMore && walk.problem === null && walk.checked < MAX_CHECKED) {
    walk = await step(ctx, walk);
  }
  const isComplete = !walk.hasMore;
  const problem = walk.problem ?? (isComplete ? await unchainedProblem(ctx) : null);
  return { problem, checked: walk.checked, anchor: walk.anchor, isComplete };
}

async function step(ctx: CallerContext, walk: Walk): Promise<Walk> {
  const { tenantId } = ctx.caller;
  let { seq, hash } = placeOf(walk.anchor);
  const links = await withSystemTransaction(
    ctx,
    async ({ db }) => await linksAfter(db, { tenantId, seq, limit: BATCH }),
  );
  let checked = 0;
  const stop = (problem: Problem | null): Walk => ({
    problem,
    checked: walk.checked + checked,
    anchor: seq === 0 ? null : { seq, hash: Buffer.from(hash).toString('hex') },
    hasMore: problem === null && links.length === BATCH,
  });
  for (const link of links) {
    const problem = linkProblem(link, { seq, hash });
    if (problem !== null) return stop(problem);
    ({ seq, hash } = link);
    checked += 1;
  }
  return stop(null);
}

function linkProblem(
  { seq, entryId, hash, text }: ChainLink & { text: string | null },
  before: Pick<ChainLink, 'seq' | 'hash'>,
): Problem | null {
  if (seq !== before.seq + 1) return { kind: 'missing', seq: before.seq + 1, entryId: null };
  if (text === null) return { kind: 'missing', seq, entryId };
  return chainHash(before.hash, text).equals(hash) ? null : { kind: 'altered', seq, entryId };
}

async function anchorProblem(ctx: CallerContext, from: AuditAnchor | undefined): Promise<Problem | null> {
  if (from === undefined) return null;
  const { tenantId } = ctx.caller;
  const [link] = await withSystemTransaction(
    ctx,
    async ({ db }) => await linksAfter(db, { tenantId, seq: from.seq - 1, limit: 1 }),
  );
  const isThere = link?.seq === from.seq && Buffer.from(from.hash, 'hex').equals(link.hash);
  return isThere ? null : { kind: 'anchor', seq: from.seq, entryId: link?.entryId ?? null };
}

async function unchainedProblem(ctx: CallerContext): Promise<Problem | null> {
  const entryId = await withSystemTransaction(
    ctx,
    async ({ db }) => await findUnchained(db, ctx.caller.tenantId),
  );
  return entryId === undefined ? null : { kind: 'unchained', seq: null, entryId };
}

function placeOf(anchor: AuditAnchor | null): Pick<ChainLink, 'seq' | 'hash'> {
  return anchor === null
    ? { seq: 0, hash: CHAIN_START }
    : { seq: anchor.seq, hash: Buffer.from(anchor.hash, 'hex') };
}
