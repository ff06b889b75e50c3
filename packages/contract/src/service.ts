import { z } from 'zod';
import { instantSchema } from './primitives.ts';

export const healthSchema = z.object({
  status: z.literal('healthy'),
  environment: z.enum(['development', 'production', 'test']),
  service: z.literal('aura'),
});
export const pongSchema = z.object({ message: z.literal('pong') });
export const heartbeatSchema = z.object({ status: z.literal('ok'), serverTime: instantSchema });
export const greetingSchema = z.object({ message: z.string() });

/** What `service.testStream` yields: a start, pieces of what the model says, an end. */
export const testEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('start'), message: z.string() }),
  z.object({ type: z.literal('chunk'), content: z.string() }),
  z.object({ type: z.literal('end'), message: z.string() }),
]);

export type Health = z.infer<typeof healthSchema>;
export type Heartbeat = z.infer<typeof heartbeatSchema>;
export type TestEvent = z.infer<typeof testEventSchema>;
