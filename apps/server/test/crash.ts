// npm run crash -- [--rounds N] [--seed S] [--database embedded|postgres] : kill -9 in mid-stream, restart, check.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startPostgres, startRedis } from '@aura/backend/testing';
import { crashCampaign } from './crash-campaign.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(Date.now() % 100_000) },
    database: { type: 'string', default: 'embedded' },
    help: { type: 'boolean', short: 'h' },
  },
});
if (values.help === true || !['embedded', 'postgres'].includes(values.database)) {
  console.log('npm run crash -- [--rounds N] [--seed S] [--database embedded|postgres]');
  process.exit(values.help === true ? 0 : 1);
}

await using stack = new AsyncDisposableStack();
const folder = stack.adopt(await mkdtemp(join(tmpdir(), 'aura-crash-')), (path) =>
  rm(path, { recursive: true, force: true }),
);
const env: Record<string, string> = { AURA_DATA_DIR: folder };
if (values.database === 'postgres') {
  env.DATABASE_URL = stack.use(await startPostgres({ durable: true })).url;
  env.REDIS_URL = stack.use(await startRedis()).url;
}
const result = await crashCampaign({
  rounds: Number(values.rounds),
  seed: Number(values.seed),
  env,
  log: console.log,
});
console.log(JSON.stringify({ database: values.database, seed: Number(values.seed), ...result }, null, 2));
process.exitCode = result.violations.length === 0 ? 0 : 1;
