import {
  createStream,
  createTestServer,
  createTestTenant,
  type TestServer,
  withSystemTransaction,
} from '@aura/backend/testing';
import { randomUUID } from 'node:crypto';
import type { AuraClient } from '../src/index.ts';
import { startCuttableProxy } from './cuttable-proxy.ts';

export interface RealServer extends AsyncDisposable {
  /** Through a proxy that can be cut. */
  url: string;
  cut: () => void;
  /** Makes the user a member of one more tenant; answers its id. */
  addTenant: (userId: string) => Promise<string>;
}

/** The whole server, with the offline model behind it, on a database of its own. */
export async function startRealServer(
  options: Parameters<typeof createTestServer>[0] = {},
): Promise<RealServer> {
  await using stack = new AsyncDisposableStack();
  const server: TestServer = stack.use(await createTestServer(options));
  const proxy = stack.use(await startCuttableProxy(server.server.url));
  const { backend } = server.node;
  const parts = stack.move();
  return {
    url: proxy.url,
    cut: proxy.cut,
    async addTenant(userId) {
      const tenantId = await createTestTenant(backend);
      const streamId = randomUUID();
      await withSystemTransaction(backend, async (tx) => {
        await createStream(tx, { id: streamId, tenantId, kind: 'user' });
        await tx.db.insertInto('memberships').values({ tenantId, userId, role: 'user', streamId }).execute();
      });
      return tenantId;
    },
    [Symbol.asyncDispose]: async () => await parts.disposeAsync(),
  };
}

export const PASSWORD = 'correct horse battery';

/** Registers a new user and leaves the client signed in as them. */
export async function signUp(client: AuraClient): Promise<{ email: string; userId: string }> {
  const email = `${randomUUID()}@test.local`;
  const { user } = await client.register({ email, password: PASSWORD });
  return { email, userId: user.id };
}
