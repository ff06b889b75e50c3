import type { ApiKeyScope, Json, JsonObject } from '@aura/contract';
import type { ColumnType, Generated } from 'kysely';

type Jsonb<T> = ColumnType<T, string, string>;
type CreatedAt = Generated<Date>;

/** The tables of sessions, machines' keys, outside identities and the audit log. */
export interface AuthTables {
  sessions: {
    id: string;
    tenantId: string;
    userId: string;
    generation: Generated<number>;
    refreshHash: Uint8Array;
    rotatedAt: Generated<Date>;
    createdAt: CreatedAt;
    lastUsedAt: Generated<Date>;
    expiresAt: Date;
    revokedAt: Date | null;
    revokedReason: string | null;
    userAgent: string | null;
    address: string | null;
    /** Parsed by `actorSchema` where it is read. */
    act: ColumnType<Json, string | null | undefined, never>;
  };
  externalIdentities: { issuer: string; subject: string; userId: string; createdAt: CreatedAt };
  usedOnce: { digest: Uint8Array; expiresAt: Date };
  apiKeys: {
    id: string;
    tenantId: string;
    userId: string;
    name: string;
    hash: Uint8Array;
    scopes: ApiKeyScope[];
    createdAt: CreatedAt;
    lastUsedAt: Date | null;
    expiresAt: Date;
    revokedAt: Date | null;
  };
  loginAttempts: { key: string; failures: number; lockedUntil: Date | null; lastFailedAt: Date };
  auditLog: {
    id: Generated<number>;
    tenantId: string | null;
    at: Generated<Date>;
    actorId: string | null;
    action: string;
    subject: string | null;
    data: Jsonb<JsonObject>;
    address: string | null;
    requestId: string | null;
  };
  auditUnsealed: { entryId: number; tenantId: string };
  auditChain: { tenantId: string; seq: number; entryId: number; hash: Uint8Array };
}
