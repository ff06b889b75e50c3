import type { MemoryScope } from '@aura/contract';
import { storableText } from '../../db/json-text.ts';

/** Where entries lie, as the table has it. */
export interface MemoryPlace {
  tenantId: string;
  /** A user's id, or the tenant's own for what all of it share. */
  ownerId: string;
  /** Empty: no agent's. */
  agent: string;
}

/** Where this caller's entries of a scope lie. An agent's are the caller's too, so no user can reach another's. */
export function memoryPlace(
  { tenantId, userId }: { tenantId: string; userId: string },
  target: MemoryScope,
): MemoryPlace {
  switch (target.scope) {
    case 'user':
      return { tenantId, ownerId: userId, agent: '' };
    case 'tenant':
      return { tenantId, ownerId: tenantId, agent: '' };
    case 'agent':
      return { tenantId, ownerId: userId, agent: storableText(target.agent) };
  }
}
