import { readEnv } from './env.ts';
import { operatorsReason } from './operators-reason.ts';
import { start } from './start.ts';

const HELP = `aura start   starts the server (settings: see .env.example)
aura demo    asks for an approval and kills its own server twice, on a temporary folder: nothing is lost or done twice`;

/** One command a process; a failure that the operator can mend is said in its own words, without a stack. */
async function main(command: string | undefined): Promise<number | null> {
  switch (command) {
    case 'start':
      await start(readEnv());
      return null;
    case 'demo': {
      const { demo } = await import('./demo.ts');
      return await demo();
    }
    case undefined:
    case '--help':
    case 'help':
      console.log(HELP);
      return 0;
    default:
      console.error(`There is no command ${command}.\n\n${HELP}`);
      return 1;
  }
}

try {
  const exitCode = await main(process.argv[2]);
  if (exitCode !== null) process.exit(exitCode);
} catch (err) {
  const reason = operatorsReason(err);
  console.error(reason === null ? err : `Aura cannot start: ${reason}`);
  process.exit(1);
}
