import { z } from 'zod';
import { defineQuestion } from '../tool.ts';

export const askUser = defineQuestion({
  name: 'ask_user',
  description:
    'Asks the user and waits for the answer. For what only they can know or decide; give options when the answers are few.',
  input: z.object({
    question: z.string().trim().min(1).max(2_000),
    options: z.array(z.string().trim().min(1).max(200)).max(10).optional(),
  }),
  ask: ({ question, options = [] }) => ({ text: question, options }),
});
