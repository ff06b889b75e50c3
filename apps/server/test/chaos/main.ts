// npm run chaos -- --seed S --seconds N [--kills K] [--people P] : three servers under fire, then everything is checked.
import { parseArgs } from 'node:util';
import { chaosCampaign } from './campaign.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 100_000) },
    seconds: { type: 'string', default: '60' },
    kills: { type: 'string' },
    people: { type: 'string', default: '4' },
    help: { type: 'boolean', short: 'h' },
  },
});
const seed = Number(values.seed);
const seconds = Number(values.seconds);
const kills = Number(values.kills ?? Math.floor(seconds / 3));
const people = Number(values.people);
const areNumbers = [seed, seconds, kills].every((value) => Number.isSafeInteger(value) && value >= 0);
if (values.help === true || !areNumbers || !Number.isSafeInteger(people) || people < 3) {
  console.log(
    'npm run chaos -- --seed S --seconds N [--kills K] [--people P]   (whole numbers, at least 3 people)',
  );
  process.exit(values.help === true ? 0 : 1);
}

const { summary, violations, errors, historyPath } = await chaosCampaign({
  seed,
  seconds,
  kills,
  people,
  log: console.log,
});
console.table(summary);
if (Object.keys(errors).length > 0) console.log('Errors that nodes logged:', errors);
if (violations.length > 0) {
  console.error(`\n${violations.length} violations:\n${violations.join('\n')}`);
  console.error(
    `\nAgain with: npm run chaos -- --seed ${seed} --seconds ${seconds} --kills ${kills} --people ${people}`,
  );
  console.error(`History: ${historyPath}`);
  process.exitCode = 1;
}
