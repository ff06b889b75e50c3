import { accountEventsInputSchema } from '@aura/contract';
import { signalOf } from '../../trpc/signal-of.ts';
import { router, userProcedure } from '../../trpc/trpc.ts';
import { accountEvents } from './account-events.ts';

export const accountRouter = router({
  events: userProcedure
    .input(accountEventsInputSchema)
    .subscription(({ ctx, input, signal }) => accountEvents(ctx, input, signalOf(signal))),
});
