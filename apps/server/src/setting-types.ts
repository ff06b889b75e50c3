import { z } from 'zod';

/** A setting that makes no sense: its name, what is wrong and what would be right, a line each. */
export class EnvError extends Error {
  override name = 'EnvError';
}

/** `true` or `false`, written out. */
export const flag = z.enum(['true', 'false'], 'must be true or false').transform((value) => value === 'true');

/** Values between commas. */
export const list = z.string().transform((value) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);

/** JSON of that form; else the setting is refused, with the example. */
export function json<S extends z.ZodType>(schema: S, example: string) {
  return z.string().transform((text, ctx): z.output<S> => {
    const parsed = schema.safeParse(parseJson(text));
    if (parsed.success) return parsed.data;
    ctx.addIssue({ code: 'custom', message: `must be JSON such as ${example}` });
    return z.NEVER;
  });
}

/** What a JSON text says; anything else stays what it is, for a schema to refuse. */
export function parseJson(value: unknown): unknown {
  try {
    return typeof value === 'string' ? JSON.parse(value) : value;
  } catch {
    return value;
  }
}
