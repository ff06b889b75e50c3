import { readFile } from 'node:fs/promises';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { openTestDatabase } from '../testing/test-database.ts';
import { describeSchema } from './describe-schema.ts';

it('finds the schema of a migrated database in schema.sql; after a new migration: `npm run schema`', async () => {
  await using database = await openTestDatabase();
  const expected = await readFile(new URL('../../schema.sql', import.meta.url), 'utf8');
  expect(await describeSchema(database)).toBe(expected);
});

it('sees a column, a constraint, an index, a policy and a grant', async () => {
  await using database = await openTestDatabase();
  const seen = [await describeSchema(database)];
  for (const change of [
    'alter table facts add column note text',
    'alter table facts alter column note set not null',
    "alter table facts add constraint facts_note_check check (note <> '')",
    'create index facts_note on facts (note) where note is not null',
    'create policy notes on facts for select to aura_app using (false)',
    'alter table facts no force row level security',
    'grant select (note) on facts to aura_writer',
    'revoke delete on facts from aura_app',
  ]) {
    await sql.raw(change).execute(database.db);
    seen.push(await describeSchema(database));
  }
  expect(new Set(seen).size).toBe(9);
});
