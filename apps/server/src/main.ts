import { DataFolderInUseError } from '@aura/backend';
import { readEnv } from './env.ts';
import { EnvError } from './setting-types.ts';
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

/** What the operator can mend, in words; null for everything else, which is shown with its stack. */
function operatorsReason(err: unknown): string | null {
  if (err instanceof EnvError || err instanceof DataFolderInUseError) return err.message;
  if (!(err instanceof Error) || !('code' in err)) return null;
  if (err.code === 'EADDRINUSE') {
    return `${err.message}. Set PORT to another one, or stop what listens there.`;
  }
  if (err.code === 'EACCES') {
    return `${err.message}. Set PORT or AURA_DATA_DIR to one that this user may use.`;
  }
  return null;
}
