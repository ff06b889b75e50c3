import { DataFolderInUseError } from '@aura/backend';
import { EnvError, readEnv } from './env.ts';
import { start } from './start.ts';

const HELP = `aura start   starts the server (settings: see .env.example)
aura demo    shows a run that survives a cut connection, on a temporary folder`;

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
  const isOperators = err instanceof EnvError || err instanceof DataFolderInUseError || isAddressInUse(err);
  console.error(isOperators && err instanceof Error ? `Aura cannot start: ${err.message}` : err);
  process.exit(1);
}

function isAddressInUse(err: unknown): boolean {
  return err instanceof Error && 'code' in err && err.code === 'EADDRINUSE';
}
