import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { afterAll, beforeAll, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const example = fileURLToPath(new URL('../../../.env.example', import.meta.url));

let outDir: string;
beforeAll(async () => {
  outDir = await mkdtemp(join(tmpdir(), 'aura-bundle-'));
});
afterAll(async () => await rm(outDir, { recursive: true, force: true }));

it('holds nothing of the environment it was built in, whatever the server’s settings were', async () => {
  const names = [...(await readFile(example, 'utf8')).matchAll(/^#? ?([A-Z][A-Z0-9_]+)=/gm)].map(
    ([, name = '']) => name,
  );
  expect(names).toEqual(expect.arrayContaining(['JWT_SECRET', 'OPENAI_API_KEY', 'DATABASE_URL']));
  const before = { ...process.env };
  const planted = Object.fromEntries(names.map((name) => [name, `canary-${name}-${randomUUID()}`]));
  Object.assign(process.env, planted);
  try {
    await build({ root, logLevel: 'silent', build: { outDir, emptyOutDir: true } });
  } finally {
    for (const name of names) {
      const value = before[name];
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
  const entries = await readdir(outDir, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  expect(files.length).toBeGreaterThan(3);
  for (const file of files) {
    const text = await readFile(join(file.parentPath, file.name), 'latin1');
    for (const value of Object.values(planted)) expect(text.includes(value), file.name).toBe(false);
  }
}, 60_000);
