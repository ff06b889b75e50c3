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

/** Digits, within these bounds. */
export const wholeNumber = (min: number, max: number) => {
  const rule = `must be a whole number from ${min} to ${max}`;
  return z.coerce.number(rule).int(rule).min(min, rule).max(max, rule);
};

/** JSON of that form; else the setting is refused, with the example and the keys that are wrong. */
export function json<S extends z.ZodType>(schema: S, example: string) {
  return z.string().transform((text, ctx): z.output<S> => {
    const parsed = schema.safeParse(parseJson(text));
    if (parsed.success) return parsed.data;
    const wrong = parsed.error.issues.map(wrongIn).filter((what) => what !== null);
    const detail = wrong.length === 0 ? '' : `: ${wrong.join(', ')}`;
    ctx.addIssue({ code: 'custom', message: `must be JSON such as ${example}${detail}` });
    return z.NEVER;
  });
}

/** The place that is wrong, without its value, which may be a secret; null when it is the whole. */
function wrongIn(issue: z.core.$ZodIssue): string | null {
  const place = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') {
    return `there is no ${issue.keys.join(', ')}${place === '' ? '' : ` in ${place}`}`;
  }
  if (place === '') return null;
  return `${place} ${issue.code === 'custom' ? issue.message : 'does not fit'}`;
}

/** What a JSON text says; anything else stays what it is, for a schema to refuse. */
export function parseJson(value: unknown): unknown {
  try {
    return typeof value === 'string' ? JSON.parse(value) : value;
  } catch {
    return value;
  }
}
