import type { AuthResult, IdentityView, LoginInput, RegisterInput } from '@aura/contract';
import { AuraError, toAuraError } from '../aura-error.ts';
import { REPEATABLE } from '../transport/is-repeatable.ts';
import type { AuraTrpc } from '../trpc.ts';
import type { Session } from './session.ts';

/** What begins, changes and ends a login. All reject with an AuraError. */
export interface SessionActions {
  /** INVALID_CREDENTIALS, ACCOUNT_LOCKED (see `retryAfterMs`), ACCOUNT_INACTIVE. */
  signIn: (input: LoginInput) => Promise<IdentityView>;
  /** EMAIL_TAKEN, REGISTRATION_CLOSED, BAD_INPUT (see `issues`). */
  register: (input: RegisterInput) => Promise<IdentityView>;
  /** Forgets the login here at once, and on the server as soon as it answers; never rejects. */
  signOut: () => Promise<void>;
  /** Ends every session of the user. Rejects, and changes nothing here, when the server cannot be reached. */
  signOutEverywhere: () => Promise<void>;
  /** Works in another tenant from now on. Everything that was followed ends and must be followed anew. */
  switchTenant: (tenantId: string) => Promise<IdentityView>;
}

export function createSessionActions(session: Session, trpc: AuraTrpc): SessionActions {
  const begin = async (ask: () => Promise<AuthResult>): Promise<IdentityView> => {
    try {
      const sentAt = Date.now();
      const result = await ask();
      await session.install(result, sentAt);
      return result.identity;
    } catch (err) {
      throw toAuraError(err);
    }
  };
  const withToken = async <T>(call: (context: { accessToken: string }) => Promise<T>): Promise<T> => {
    try {
      const accessToken = await session.accessToken();
      if (accessToken === null) throw new AuraError('UNAUTHORIZED', { message: 'sign in first' });
      return await call({ accessToken });
    } catch (err) {
      throw toAuraError(err);
    }
  };
  return {
    signIn: (input) => begin(() => trpc.auth.login.mutate(input)),
    register: (input) => begin(() => trpc.auth.register.mutate(input)),
    async signOut() {
      await session.ready;
      // A token that is about to end still ends the session; renewing it first could keep the user waiting.
      const accessToken = session.peekToken();
      await session.end();
      if (accessToken === null) return;
      const context = { ...REPEATABLE.context, accessToken };
      await trpc.auth.logout.mutate(undefined, { context }).catch(() => undefined);
    },
    signOutEverywhere: () =>
      withToken(async (context) => {
        await trpc.auth.logoutAll.mutate(undefined, { context: { ...REPEATABLE.context, ...context } });
        await session.end();
      }),
    switchTenant: (tenantId) =>
      withToken((context) =>
        // Nobody may rotate the refresh token of this session meanwhile, in this tab or another.
        session.exclusive(() => begin(() => trpc.auth.switchTenant.mutate({ tenantId }, { context }))),
      ),
  };
}
