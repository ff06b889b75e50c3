import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freePort } from './free-port.ts';
import { findOrInstallProgram } from './install-package.ts';
import { startOwnedProcess } from './owned-process.ts';

const run = promisify(execFile);
const DEPLOY = fileURLToPath(new URL('../../../../../deploy/', import.meta.url));
const MODULES = '/usr/lib/nginx/modules';

export interface TestNginx extends AsyncDisposable {
  /** `http://127.0.0.1:<port>`. */
  readonly url: string;
  /** What `nginx -t` says of its configuration. */
  readonly verdict: string;
}

/** Where an example's upstreams are in a test, by where the example has them: `{ '127.0.0.1:8080': … }`. */
export type Upstreams = Readonly<Record<string, string>>;

/**
 * Starts nginx with an example of `deploy/`, on a free port and before other upstreams, otherwise as it is. It dies with this
 * process. Rejects with what to install, and with nginx's own words when it does not like the configuration.
 */
export async function startNginx(
  example: string,
  { upstreams, env = {} }: { upstreams: Upstreams; env?: Record<string, string> },
): Promise<TestNginx> {
  const program = await nginxProgram();
  const folder = await mkdtemp(join(tmpdir(), 'aura-nginx-'));
  try {
    const port = await freePort();
    const changes = {
      'listen 80;': `listen 127.0.0.1:${port};`,
      '/var/log/nginx/': `${folder}/`,
      ...upstreams,
    };
    const config = join(folder, 'nginx.conf');
    await writeFile(config, replaceAll(await readFile(join(DEPLOY, example), 'utf8'), changes));
    await cp(join(DEPLOY, 'gateway.js'), join(folder, 'gateway.js'));
    await symlink(MODULES, join(folder, 'modules'));
    const args = ['-p', folder, '-c', config, '-e', 'stderr'];
    const globals = `pid ${folder}/nginx.pid; daemon off; error_log stderr notice;`;
    const { stderr: verdict } = await run(program, [...args, '-t', '-g', globals], { timeout: 20_000 });
    const server = await startOwnedProcess(program, [...args, '-g', globals], {
      folder,
      env,
      readyText: 'start worker process',
      readyTimeoutMs: 20_000,
      abandonSignal: 'QUIT',
    });
    return {
      url: `http://127.0.0.1:${port}`,
      verdict,
      async [Symbol.asyncDispose]() {
        await server.end('SIGTERM');
        await rm(folder, { recursive: true, force: true });
      },
    };
  } catch (err) {
    await rm(folder, { recursive: true, force: true });
    throw err;
  }
}

async function nginxProgram(): Promise<string> {
  const search = await findOrInstallProgram({
    commands: ['nginx'],
    debianPackages: ['nginx-light', 'libnginx-mod-http-js'],
    versionFlag: '-v',
  });
  if (search.kind === 'found') return search.path;
  throw new Error(
    `The tests of deploy/ need nginx with its njs module: ${search.reason}. Install them ` +
      '(Debian, Ubuntu: `apt-get install nginx-light libnginx-mod-http-js`), then run the tests again.',
  );
}

/** Throws when the example does not have what is to be replaced: it would be another one that is tested. */
function replaceAll(text: string, changes: Readonly<Record<string, string>>): string {
  return Object.entries(changes).reduce((changed, [from, to]) => {
    if (!changed.includes(from)) throw new Error(`The example does not say ${from}.`);
    return changed.replaceAll(from, to);
  }, text);
}
