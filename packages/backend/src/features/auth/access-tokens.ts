import type { Role } from '@aura/contract';
import type { Caller } from '../../context.ts';

export interface AccessClaims {
  userId: string;
  tenantId: string;
  role: Role;
  sessionId: string;
  email: string;
}

/** Makes and checks the short-lived tokens that every call carries. */
export interface AccessTokens {
  issue(claims: AccessClaims): Promise<{ token: string; expiresAt: Date }>;
  /** Who is calling. Throws `UNAUTHORIZED` for anything but a token that `issue` made and that has not ended. */
  verify(token: string): Promise<Caller>;
}
