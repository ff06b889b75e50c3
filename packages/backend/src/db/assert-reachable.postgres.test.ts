import { expect, it } from 'vitest';
import { databaseUrl } from '../testing/test-database.ts';
import { StartError } from '../start-error.ts';
import { assertReachable } from './assert-reachable.ts';
import { openPostgres } from './open-postgres.ts';

const PASSWORD = 'p4ssw0rd-of-nobody';
const server = process.env.AURA_TEST_DATABASE_URL ?? '';

async function reasonOf(url: string): Promise<string> {
  await using database = openPostgres({ url, connectTimeoutMs: 2_000 });
  const error = await assertReachable(database).catch((err: unknown) => err);
  if (error instanceof StartError) return error.message;
  throw new Error('not refused', { cause: error });
}

function asNobody(): string {
  const url = new URL(server);
  url.username = 'nobody';
  url.password = PASSWORD;
  return url.href;
}

it('connects', async () => {
  await using database = openPostgres({ url: server });
  await assertReachable(database);
});

it.each([
  ['nothing that listens', `postgres://aura:${PASSWORD}@127.0.0.1:1/aura`, 'Is PostgreSQL running there?'],
  [
    'a name with several addresses',
    `postgres://aura:${PASSWORD}@localhost:1/aura`,
    'ECONNREFUSED 127.0.0.1:1',
  ],
  ['a host that is not there', `postgres://aura:${PASSWORD}@nowhere.invalid/aura`, 'name of the host'],
  ['what is no URL', `postgres://aura:${PASSWORD}#@127.0.0.1/aura`, '# is %23'],
  ['a user who may not', asNobody(), 'user and the password right'],
  [
    'a database that is not there',
    databaseUrl(server, 'nowhere'),
    '"nowhere" does not exist. Is its name right?',
  ],
])('says what to look at for %s, and never the password', async (_, url, advice) => {
  const reason = await reasonOf(url);
  expect(reason).toMatch(/^DATABASE_URL: \S.*\.$|^DATABASE_URL: \S.*\?$/);
  expect(reason).toContain(advice);
  expect(reason).not.toContain(PASSWORD);
  expect(reason).not.toContain(new URL(server).password);
});
