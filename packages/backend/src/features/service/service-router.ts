import { greetingSchema, healthSchema, heartbeatSchema, pongSchema } from '@aura/contract';
import { signalOf } from '../../trpc/signal-of.ts';
import { adminProcedure, memberProcedure, publicProcedure, router, userProcedure } from '../../trpc/trpc.ts';
import { heartbeat } from './heartbeat.ts';
import { testStream } from './test-stream.ts';

/** What older clients and their guides ask of a server, whatever it does. */
export const serviceRouter = router({
  health: userProcedure
    .meta({
      rest: { method: 'GET', path: '/health', summary: 'Whether the server works, for who is signed in' },
    })
    .output(healthSchema)
    .query(({ ctx }) => ({ status: 'healthy', environment: ctx.config.environment, service: 'aura' })),
  ping: publicProcedure
    .meta({ rest: { method: 'GET', path: '/test/ping', summary: 'Answers' } })
    .output(pongSchema)
    .query(() => ({ message: 'pong' })),
  heartbeat: publicProcedure
    .meta({
      rest: ['/api/v1/app/mbeat', '/api/v1/app/mbeat/*'].map((path) => ({
        method: 'GET',
        path,
        summary: 'Sign of life of an application; notes that the device was seen when a token is sent',
      })),
    })
    .output(heartbeatSchema)
    .mutation(async ({ ctx }) => await heartbeat(ctx)),
  testStream: memberProcedure
    .meta({
      scope: 'write',
      rest: {
        method: 'GET',
        path: '/test/stream',
        summary: 'Has the model say a sentence',
        sse: { style: 'data' },
      },
    })
    .subscription(({ ctx, signal }) => testStream(ctx, signalOf(signal))),
  adminOnly: adminProcedure
    .meta({ rest: { method: 'GET', path: '/admin/only', summary: 'Greets admins' } })
    .output(greetingSchema)
    .query(({ ctx }) => ({ message: `Welcome, admin ${ctx.caller.userId}!` })),
});
