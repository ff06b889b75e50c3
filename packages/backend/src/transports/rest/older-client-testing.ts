import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { createTestCaller } from '../../testing/test-caller.ts';
import { createTestServer, type TestServer } from '../../testing/test-server.ts';
import { type Answer, bodyOf, curlOn, type CurlOptions, type Frame } from './curl-testing.ts';

export const tokenSchema = z.object({ access_token: z.string(), user: z.object({ id: z.uuid() }) });

/** Somebody who has registered at a server as it runs, with the guides of an older system at hand. */
export interface OlderClient extends AsyncDisposable {
  test: TestServer;
  curl(path: string, options?: CurlOptions): Promise<Answer>;
  token: string;
  userId: string;
  /** The token of somebody else. */
  strangersToken(role?: 'admin' | 'guest'): Promise<string>;
}

export async function olderClient(
  options: Parameters<typeof createTestServer>[0] = {},
): Promise<OlderClient> {
  const test = await createTestServer(options);
  const curl = curlOn(test.server);
  const account = { email: `${randomUUID()}@test.local`, password: 'correct horse battery' };
  const { access_token: token, user } = bodyOf(
    await curl('/api/v1/auth/register', { json: account }),
    tokenSchema,
  );
  return {
    test,
    curl,
    token,
    userId: user.id,
    async strangersToken(role) {
      const stranger = await createTestCaller(test.node.backend, role === undefined ? {} : { role });
      return await test.tokenOf(stranger.ctx.caller);
    },
    [Symbol.asyncDispose]: async () => await test[Symbol.asyncDispose](),
  };
}

const eventSchema = z.object({
  type: z.string(),
  id: z.string(),
  runId: z.uuid(),
  sessionId: z.uuid(),
  timestamp: z.iso.datetime(),
  data: z.record(z.string(), z.unknown()),
});

/** An event of the agent as `/api/aura` tells it. */
export function agentEvent({ data }: Frame): z.output<typeof eventSchema> {
  return eventSchema.parse(data);
}

export const isEvent =
  (name: string) =>
  ({ event }: Frame): boolean =>
    event === name;
