import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface ProgramNeed {
  /** Names to look for on PATH, best first. */
  commands: readonly string[];
  /** Debian packages that bring one of them. */
  debianPackages: readonly string[];
  /** What the program tells its version by; default `--version`. */
  versionFlag?: string;
}

export type ProgramSearch = { kind: 'found'; path: string } | { kind: 'missing'; reason: string };

/**
 * Finds a program on PATH, or installs it with apt-get when this is root on a Debian system. Services that come with
 * the packages are not started. Never rejects; `reason` says why there is no program.
 */
export async function findOrInstallProgram(need: ProgramNeed): Promise<ProgramSearch> {
  const present = await findProgram(need.commands, need.versionFlag);
  if (present) return { kind: 'found', path: present };
  const names = need.commands.join(' or ');
  if (process.getuid?.() !== 0) return { kind: 'missing', reason: `${names} is not on PATH` };
  if (!(await findProgram(['apt-get']))) {
    return { kind: 'missing', reason: `${names} is not on PATH and there is no apt-get` };
  }
  try {
    await installDebianPackages(need.debianPackages);
  } catch (err) {
    const detail = err instanceof Error ? err.message : String(err);
    return { kind: 'missing', reason: `${names} is not on PATH and apt-get could not install it: ${detail}` };
  }
  const installed = await findProgram(need.commands, need.versionFlag);
  if (installed) return { kind: 'found', path: installed };
  return { kind: 'missing', reason: `${need.debianPackages.join(', ')} did not bring a working ${names}` };
}

/** The absolute path of the first command on PATH that runs, or undefined. */
export async function findProgram(
  commands: readonly string[],
  versionFlag = '--version',
): Promise<string | undefined> {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  for (const command of commands) {
    for (const folder of folders) {
      const path = join(folder, command);
      if (await isWorking(path, versionFlag)) return path;
    }
  }
  return undefined;
}

/** Being on PATH is not enough: Ubuntu ships a `chromium-browser` that only says to install something else. */
async function isWorking(path: string, versionFlag: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    await run(path, [versionFlag], { timeout: 20_000 });
    return true;
  } catch {
    return false;
  }
}

/** `policy-rc.d` is Debian's way to install a service without starting it, which would take the default port. */
const installScript = `
set -eu
export DEBIAN_FRONTEND=noninteractive
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  trap 'exit 1' HUP INT TERM
  printf '#!/bin/sh\\nexit 101\\n' > "$policy"
  chmod 755 "$policy"
fi
apt-get -q update
apt-get -q -y -o DPkg::Lock::Timeout=300 --no-install-recommends install "$@"
`;

async function installDebianPackages(names: readonly string[]): Promise<void> {
  process.stderr.write(`Installing ${names.join(', ')} with apt-get for the tests.\n`);
  // The lock serialises test processes that start together; the loser finds everything installed.
  const args = [
    '--no-fork',
    '/run/aura-test-packages.lock',
    '/bin/sh',
    '-c',
    installScript,
    'install',
    ...names,
  ];
  await run('flock', args, { timeout: 600_000, maxBuffer: 64 * 1024 * 1024 });
}
