// The smallest tRPC server that checks the same kind of token for every call: what Aura's is compared with. Prints its
// address and a token for it.
import { createSecretKey, randomBytes, randomUUID } from 'node:crypto';
import { initTRPC, TRPCError } from '@trpc/server';
import { createHTTPServer } from '@trpc/server/adapters/standalone';
import { jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';

const key = createSecretKey(randomBytes(48));
const checks = { algorithms: ['HS256'], issuer: 'aura', audience: 'aura', typ: 'at+jwt' };
const healthSchema = z.object({
  status: z.literal('healthy'),
  environment: z.string(),
  service: z.literal('aura'),
});

const t = initTRPC.context<{ userId: string | undefined }>().create();
const signedIn = t.procedure.use(async ({ ctx, next }) => {
  if (ctx.userId === undefined) throw new TRPCError({ code: 'UNAUTHORIZED' });
  return await next();
});
const router = t.router({
  service: t.router({
    health: signedIn
      .output(healthSchema)
      .query(() => ({ status: 'healthy', environment: 'production', service: 'aura' })),
  }),
});

const server = createHTTPServer({
  router,
  basePath: '/trpc/',
  createContext: async ({ req }) => {
    const token = /^Bearer (.+)$/.exec(req.headers.authorization ?? '')?.[1] ?? '';
    const { payload } = await jwtVerify(token, key, checks);
    return { userId: payload.sub };
  },
});
server.listen(0, '127.0.0.1', () => {
  void announce();
});

async function announce(): Promise<void> {
  const token = await new SignJWT({ tenant_id: randomUUID(), sid: randomUUID(), role: 'user' })
    .setProtectedHeader({ alg: 'HS256', typ: checks.typ })
    .setIssuer(checks.issuer)
    .setAudience(checks.audience)
    .setSubject(randomUUID())
    .setIssuedAt()
    .setExpirationTime('1 hour')
    .sign(key);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  console.log(`http://127.0.0.1:${address.port} ${token}`);
}
