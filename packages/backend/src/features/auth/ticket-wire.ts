import { instantSchema, socketTicketSchema } from '@aura/contract';
import { z } from 'zod';
import { answerAs, type RestAnswer } from '../../trpc/rest-route.ts';

export const ticketAnswer: RestAnswer = answerAs(
  socketTicketSchema,
  z.object({ ticket: z.string(), expires_at: instantSchema }),
  ({ ticket, expiresAt }) => ({ ticket, expires_at: expiresAt }),
);
