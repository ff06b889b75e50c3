import { z } from 'zod';

/** Who acts in a user's name, and in whose name that one acts (RFC 8693, section 4.1). */
export interface Actor {
  iss?: string | undefined;
  sub: string;
  act?: Actor | undefined;
}

const MAX_CHAIN = 4;
const linkSchema = z.object({
  iss: z.string().min(1).max(300).optional(),
  sub: z.string().min(1).max(300),
});

/** A chain of at most four, from a token or the database. Throws when it is none. */
export const actorSchema: z.ZodType<Actor> = chainSchema(MAX_CHAIN);

function chainSchema(length: number): z.ZodType<Actor> {
  if (length === 1) return linkSchema.strip();
  return linkSchema.extend({ act: chainSchema(length - 1).optional() });
}
