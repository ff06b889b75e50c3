import { type AuraClient, createAuraClient, newClientId } from '@aura/client';
import type { PolicyRule } from '@aura/contract';
import type { Cluster } from './cluster.ts';
import { SOON } from './scripts.ts';

/** One user, signed in at every entry of the cluster: a laptop, a telephone, a tablet. */
export interface Person {
  userId: string;
  clients: readonly [AuraClient, ...AuraClient[]];
}

/** Registers `count` users of one tenant, any of whom may decide what any other's agent wants to send. */
export async function startPeople(
  { entries, printed }: Pick<Cluster, 'entries' | 'printed'>,
  { count, stack }: { count: number; stack: AsyncDisposableStack },
): Promise<Person[]> {
  const [first, ...others] = entries;
  if (first === undefined || printed.adminPassword === null) throw new Error('there is no cluster');
  const client = (entry: { url: string }): AuraClient => stack.use(createAuraClient({ url: entry.url }));
  const admin = client(first);
  await admin.signIn({ email: 'admin@aura.local', password: printed.adminPassword });
  const ask: PolicyRule = {
    tools: ['http_send'],
    action: 'ask',
    approvers: { kind: 'role', role: 'user' },
  };
  await admin.hitl.setPolicy.mutate({
    version: 0,
    rules: [
      { ...ask, args: [{ path: '/url', op: 'contains', value: `/${SOON}` }], expiresInSeconds: 10 },
      ask,
    ],
  });
  return await Promise.all(
    Array.from({ length: count }, async (_, index): Promise<Person> => {
      const credentials = { email: `person-${index}@chaos.local`, password: newClientId() };
      const registered = client(first);
      const { user } = await registered.register(credentials);
      const signedIn = await Promise.all(
        others.map(async (entry) => {
          const other = client(entry);
          await other.signIn(credentials);
          return other;
        }),
      );
      return { userId: user.id, clients: [registered, ...signedIn] };
    }),
  );
}
