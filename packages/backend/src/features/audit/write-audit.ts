import type { JsonObject } from '@aura/contract';
import type { Caller, RequestInfo } from '../../context.ts';
import { jsonText } from '../../db/json-text.ts';
import type { Tx } from '../../db/transaction.ts';

/** Who did it and from where. `caller` is null when nobody is signed in, its `userId` when the server did it; for an API key the entry names it. */
export interface AuditSource {
  caller:
    | ({ tenantId: string | null; userId: string | null } & Partial<Pick<Caller, 'sessionId' | 'scopes'>>)
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

/** Adds a row to the audit log, in the transaction of what it tells about. Nobody has the right to change it later. */
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
      data: jsonText({ ...data, ...(caller?.scopes && { apiKeyId: caller.sessionId }) }),
      address: request.address,
      requestId: request.id,
    })
    .execute();
}
