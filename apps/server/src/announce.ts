import type { SeededUser } from '@aura/backend';
import type { ServerEnv } from './env.ts';

const EMBEDDED = `  Embedded mode: one process, everything in this folder, nothing else to install.
  Kept: all that was acknowledged, through restarts and killed processes.
  Not promised: a power cut (the embedded database does not fsync), or a second process. For those set DATABASE_URL.`;

/** What the operator sees once the server is ready. The only place where passwords are shown, and only once. */
export function announce({
  env,
  url,
  seeded,
  hasWebApp,
}: {
  env: ServerEnv;
  url: string;
  seeded: readonly SeededUser[];
  hasWebApp: boolean;
}): void {
  const lines = [
    '',
    `  Aura is ready${placeOf({ env, url, hasWebApp })}`,
    `  Model: ${env.openai === null ? 'offline (set OPENAI_API_KEY or OPENAI_BASE_URL for a real one)' : env.openai.models.join(', ')}`,
    '',
  ];
  if (seeded.length > 0) {
    lines.push('  First users, with passwords shown this once:');
    for (const { email, password, role } of seeded) {
      lines.push(`    ${email.padEnd(18)} ${password}  (${role})`);
    }
    lines.push('');
  }
  if (env.databaseUrl === null) lines.push(`  Data: ${env.dataDir}`, EMBEDDED, '');
  console.log(lines.join('\n'));
}

function placeOf({ env, url, hasWebApp }: { env: ServerEnv; url: string; hasWebApp: boolean }): string {
  if (!env.isWeb) return ` to execute runs; ${url} answers probes only`;
  return hasWebApp ? `: ${url}/app/` : ` at ${url} (the web app is not built: npm run build)`;
}
