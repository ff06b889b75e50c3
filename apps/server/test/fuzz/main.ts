// npm run fuzz -- [--seed S] [--frames N] [--cursors N] [--bodies N] : what no client should send, against a started server.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fuzzCampaign } from './campaign.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 100_000) },
    frames: { type: 'string', default: '100000' },
    cursors: { type: 'string', default: '10000' },
    bodies: { type: 'string', default: '2000' },
    help: { type: 'boolean', short: 'h' },
  },
});
const [seed, frames, cursors, bodies] = [values.seed, values.frames, values.cursors, values.bodies].map(
  Number,
);
const areNumbers = [seed, frames, cursors, bodies].every((value) => Number.isSafeInteger(value));
if (values.help === true || !areNumbers) {
  console.log('npm run fuzz -- [--seed S] [--frames N] [--cursors N] [--bodies N]');
  process.exit(values.help === true ? 0 : 1);
}

await using stack = new AsyncDisposableStack();
const folder = stack.adopt(await mkdtemp(join(tmpdir(), 'aura-fuzz-')), (path) =>
  rm(path, { recursive: true, force: true }),
);
const result = await fuzzCampaign({
  seed: seed ?? 0,
  frames: frames ?? 0,
  cursors: cursors ?? 0,
  bodies: bodies ?? 0,
  env: { AURA_DATA_DIR: folder },
  log: console.log,
});
console.log(JSON.stringify({ seed, ...result }, null, 2));
process.exitCode = result.violations.length === 0 ? 0 : 1;
