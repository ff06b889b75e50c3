import { StartError } from '@aura/backend';
import { EnvError } from './setting-types.ts';

/** Why a start failed where the operator can mend it, in words; null for everything else, which is shown with its stack. */
export function operatorsReason(err: unknown): string | null {
  if (err instanceof EnvError || err instanceof StartError) return err.message;
  if (!(err instanceof Error) || !('code' in err)) return null;
  const isAddress = 'syscall' in err && (err.syscall === 'listen' || err.syscall === 'getaddrinfo');
  const advice = isAddress ? adviceOnAddress(err) : adviceOnFolder(err);
  return advice === null ? null : `${err.message}. ${advice}`;
}

function adviceOnAddress({ code }: { code: unknown }): string | null {
  switch (code) {
    case 'EADDRINUSE':
      return 'Set PORT to another one, or stop what listens there.';
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return 'Set HOST to an address of this machine, or to 0.0.0.0 for all of them.';
    case 'EACCES':
    case 'EPERM':
      return 'Set PORT to one that this user may use, such as 8080.';
    default:
      return null;
  }
}

function adviceOnFolder({ code }: { code: unknown }): string | null {
  switch (code) {
    case 'EEXIST':
    case 'ENOTDIR':
      return 'Set AURA_DATA_DIR to a folder, not a file.';
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return 'Set AURA_DATA_DIR to a folder that this user may write to.';
    default:
      return null;
  }
}
