import type { JsonObject } from '@aura/contract';
import type { Caller, RequestInfo } from '../../context.ts';
import { jsonText } from '../../db/json-text.ts';
import type { Tx } from '../../db/transaction.ts';

/**
 * Who did it and from where. `caller` is null when nobody is signed in, its `userId` when the server did it; for an API key
 * the entry names it, and who acts in the caller's name.
 */
export interface AuditSource {
  caller:
    | ({ tenantId: string | null; userId: string | null } & Partial<
        Pick<Caller, 'sessionId' | 'scopes' | 'act'>
      >)
    | null;
  request: RequestInfo;
}

export interface AuditEntry {
  /** `feature.what_happened`, for example `auth.login`. */
  action: string;
  /** The id of what it was done to. */
  subject?: string;
  /** Facts for whoever reads the log. Never tokens, passwords or message text. */
  data?: JsonObject;
}

/**
 * Adds a row to the audit log, in the transaction of what it tells about. Nobody has the right to change it later, and
 * `audit.verify` tells when somebody did.
 */
export async function writeAudit(
  tx: Tx,
  { caller, request }: AuditSource,
  { action, subject, data }: AuditEntry,
): Promise<void> {
  await tx.db
    .insertInto('auditLog')
    .values({
      tenantId: caller?.tenantId ?? null,
      actorId: caller?.userId ?? null,
      action,
      subject: subject ?? null,
      data: jsonText({
        ...data,
        ...(caller?.scopes && { apiKeyId: caller.sessionId }),
        ...(caller?.act && { act: caller.act }),
      }),
      address: request.address,
      requestId: request.id,
    })
    .execute();
}
