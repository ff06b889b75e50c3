import type { Kysely } from 'kysely';
import { runStatements } from '../run-statements.ts';
import { BETWEEN_WORDS, CHARACTER_WORDS } from './0008-rooms.ts';

/**
 * The words of a message as before, which the index holds, found in two thirds of the time when there is nothing but
 * ASCII in it: every message that is posted pays for that.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await runStatements(db, [
    String.raw`create or replace function message_words(tenant_id uuid, room_id uuid, words text) returns tsvector
      language sql immutable parallel safe
      return array_to_tsvector(array[tenant_id::text, room_id::text]) || to_tsvector('simple'::regconfig,
        case when octet_length(words) = length(words) then regexp_replace(words, '[^a-zA-Z0-9]+', ' ', 'g')
        else regexp_replace(words, '([${CHARACTER_WORDS}])|[${BETWEEN_WORDS}]', ' \1 ', 'g') end)`,
  ]);
}
