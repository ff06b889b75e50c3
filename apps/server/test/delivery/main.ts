// npm run delivery -- --seed S --seconds N [--kills K] [--members M] [--loss P] : the law of delivery under fire.
import { parseArgs } from 'node:util';
import { deliveryCampaign } from './campaign.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 100_000) },
    seconds: { type: 'string', default: '60' },
    kills: { type: 'string' },
    members: { type: 'string', default: '6' },
    loss: { type: 'string', default: '30' },
    help: { type: 'boolean', short: 'h' },
  },
});
const seed = Number(values.seed);
const seconds = Number(values.seconds);
const kills = Number(values.kills ?? Math.floor(seconds / 4));
const members = Number(values.members);
const loss = Number(values.loss);
const areCounts = [seed, seconds, kills, members].every((value) => Number.isSafeInteger(value) && value >= 0);
if (values.help === true || !areCounts || members < 1 || !(loss >= 0 && loss <= 100)) {
  console.log(
    'npm run delivery -- --seed S --seconds N [--kills K] [--members M] [--loss P]   (whole numbers; P: per cent of bus messages lost)',
  );
  process.exit(values.help === true ? 0 : 1);
}

const { summary, violations } = await deliveryCampaign({
  seed,
  seconds,
  kills,
  members,
  lossShare: loss / 100,
  log: console.log,
});
console.table(summary);
if (violations.length > 0) {
  console.error(`\n${violations.length} violations:\n${violations.join('\n')}`);
  console.error(
    `\nAgain with: npm run delivery -- --seed ${seed} --seconds ${seconds} --kills ${kills} --members ${members} --loss ${loss}`,
  );
  process.exitCode = 1;
}
