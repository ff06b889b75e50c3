import { parseCursor } from '@aura/contract';
import { z } from 'zod';
import { resumeFeed } from '../realtime/resume.ts';
import { router, userProcedure } from '../trpc/trpc.ts';
import type { RawClient } from './raw-client.ts';

const procedure = userProcedure.input(
  z.object({ streamId: z.string(), after: z.int().default(0), lastEventId: z.string().nullish() }),
);

function feed(way: 'lane' | 'generator') {
  return procedure.subscription(({ ctx, input: { streamId, after, lastEventId }, signal }) =>
    resumeFeed(way === 'lane' ? ctx : { ...ctx, flow: null }, {
      streamId,
      lastEventId,
      signal: signal ?? AbortSignal.abort(),
      readSnapshot: () => Promise.reject(new Error('every cursor here is good')),
      start: { after },
      viewKey: 'all',
      view: (event) => event,
    }),
  );
}

/** Any stream of the caller's tenant, as feeds deliver it, and as it were without lanes. */
export const feedRouter = router({ feed: feed('lane'), generatorFeed: feed('generator') });

const eventFrame = z.object({
  id: z.union([z.number(), z.string()]),
  result: z.object({
    type: z.literal('data'),
    id: z.string(),
    data: z.object({ data: z.object({ type: z.string() }) }),
  }),
});

/** The events of one subscription in a client's frames, in the order they came. */
export function eventsOf(client: RawClient, id: number | string): { seq: number; type: string }[] {
  return client.frames.flatMap((frame) => {
    const { data } = eventFrame.safeParse(frame);
    if (data?.id !== id) return [];
    return [{ seq: parseCursor(data.result.id)?.seq ?? Number.NaN, type: data.result.data.data.type }];
  });
}

export function seqsOf(client: RawClient, id: number | string): number[] {
  return eventsOf(client, id).map(({ seq }) => seq);
}

/** The kinds of all answers to one subscription: `started`, `data`, `stopped`. */
export function answersTo(client: RawClient, id: number | string): string[] {
  const answer = z.object({ id: z.literal(id), result: z.object({ type: z.string() }) });
  return client.frames.flatMap((frame) => answer.safeParse(frame).data?.result.type ?? []);
}

export const range = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
