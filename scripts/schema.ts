import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { describeSchema } from '../packages/backend/src/db/describe-schema.ts';
import { migrate } from '../packages/backend/src/db/migrate.ts';
import { openPglite } from '../packages/backend/src/db/open-pglite.ts';

const HELP = `Writes packages/backend/schema.sql: what the migrations make, as a new database has it.

  npm run schema              write it
  npm run schema -- --check   only say whether it is up to date (exit code 1 when not)
`;

const { values } = parseArgs({
  options: { help: { type: 'boolean', default: false }, check: { type: 'boolean', default: false } },
});
if (values.help) {
  process.stdout.write(HELP);
} else {
  const file = new URL('../packages/backend/schema.sql', import.meta.url);
  await using database = await openPglite({ dataDir: null });
  await migrate(database);
  const schema = await describeSchema(database);
  if (!values.check) {
    await writeFile(file, schema);
  } else if ((await readFile(file, 'utf8')) !== schema) {
    process.stderr.write(
      'packages/backend/schema.sql is not what the migrations make. Run `npm run schema`.\n',
    );
    process.exitCode = 1;
  }
}
