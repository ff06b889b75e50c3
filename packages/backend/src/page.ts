import { z } from 'zod';
import { AppError } from './app-error.ts';

/** An instant in a page's key. Databases have no year 0. */
export const pageInstantSchema = z.iso.datetime().refine((instant) => !instant.startsWith('0000'));

/** The place after `key` in a list, as the opaque text that clients send back. */
export function encodePage<S extends z.ZodType>(schema: S, key: z.input<S>): string {
  return Buffer.from(JSON.stringify(schema.parse(key))).toString('base64url');
}

/** The key that `encodePage` wrote; null for the first page. Throws BAD_INPUT for anything else. */
export function parsePage<S extends z.ZodType>(schema: S, page: string | undefined): z.output<S> | null {
  if (page === undefined) return null;
  try {
    return schema.parse(JSON.parse(Buffer.from(page, 'base64url').toString()));
  } catch (cause) {
    throw new AppError('BAD_INPUT', {
      message: '`page` must be the `nextPage` of the answer before.',
      cause,
    });
  }
}
