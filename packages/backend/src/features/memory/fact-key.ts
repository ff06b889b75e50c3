import { storableText } from '../../db/json-text.ts';

/**
 * What agents remember about a user are entries of the scope `user` under this prefix: the user sees them
 * (`memory.list`) and has the last word on them, and no key of the user's own programs is taken for one by accident.
 */
export const FACT_PREFIX = 'fact:';

/** The entry's key for what an agent calls a fact; case does not matter. */
export function factKey(name: string): string {
  return FACT_PREFIX + storableText(name.toLowerCase());
}
