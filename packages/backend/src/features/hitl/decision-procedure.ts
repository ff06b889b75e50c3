import { z } from 'zod';
import { AppError } from '../../app-error.ts';
import { withTransaction } from '../../db/transaction.ts';
import { signedInProcedure } from '../../trpc/trpc.ts';
import { writeAudit } from '../audit/write-audit.ts';
import { assertScope } from '../auth/auth-policy.ts';

const subjectSchema = z.object({ approvalId: z.uuid() });

/** Members, and API keys with the scope for it. Whoever else tries to decide is refused, and that is audited. */
export const decisionProcedure = signedInProcedure
  .meta({ scope: 'approvals:decide' })
  .use(async ({ ctx, next, getRawInput }) => {
    try {
      assertScope(ctx.caller, 'approvals:decide');
      if (ctx.caller.role === 'guest') {
        throw new AppError('FORBIDDEN', { message: 'Guests may not decide what an agent does.' });
      }
    } catch (err) {
      const subject = subjectSchema.safeParse(await getRawInput()).data?.approvalId;
      await withTransaction(ctx, async (tx) => {
        const data = { reason: 'FORBIDDEN', role: ctx.caller.role, byKey: ctx.caller.scopes !== null };
        await writeAudit(tx, ctx, {
          action: 'hitl.refused',
          ...(subject === undefined ? {} : { subject }),
          data,
        });
      });
      throw err;
    }
    return await next();
  });
