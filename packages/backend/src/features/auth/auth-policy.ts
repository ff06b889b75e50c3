import { type ApiKeyScope, apiKeyScopeSchema, type Role } from '@aura/contract';
import { AppError } from '../../app-error.ts';
import type { Caller } from '../../context.ts';

/** True for a person's session, and for an API key with that scope; `write` includes `read`, nothing else includes another. */
export function hasScope({ scopes }: Pick<Caller, 'scopes'>, scope: ApiKeyScope): boolean {
  if (scopes === null) return true;
  return scopes.includes(scope) || (scope === 'read' && scopes.includes('write'));
}

/** Throws `FORBIDDEN`, naming the scope, for an API key without it. */
export function assertScope(caller: Pick<Caller, 'scopes'>, scope: ApiKeyScope): void {
  if (hasScope(caller, scope)) return;
  throw new AppError('FORBIDDEN', {
    message: `This API key does not have the scope ${scope}. Use a key that has it.`,
  });
}

/** Throws `FORBIDDEN` for every API key, whatever its scopes: a key that leaked must not make or end others. */
export function assertPerson({ scopes }: Pick<Caller, 'scopes'>): void {
  if (scopes === null) return;
  throw new AppError('FORBIDDEN', { message: 'No API key may do this. Sign in as a person.' });
}

/** As what a key acts, so that no feature can forget to ask: an admin's key without the scope `admin` is a user's. */
export function roleOfKey(role: Role, scopes: readonly ApiKeyScope[]): Role {
  return role === 'admin' && !scopes.includes('admin') ? 'user' : role;
}

/** Throws `FORBIDDEN` for guests, and for a scope that the role gives nobody. */
export function assertCanCreateApiKey(role: Role, scopes: readonly ApiKeyScope[]): void {
  if (role === 'guest') throw new AppError('FORBIDDEN', { message: 'Guests may not create API keys.' });
  if (scopes.includes('admin') && role !== 'admin') {
    throw new AppError('FORBIDDEN', { message: 'Only an admin may give an API key the scope admin.' });
  }
}

/** Each once, in the order of the contract. */
export function normalizeScopes(scopes: readonly ApiKeyScope[]): ApiKeyScope[] {
  return apiKeyScopeSchema.options.filter((scope) => scopes.includes(scope));
}
