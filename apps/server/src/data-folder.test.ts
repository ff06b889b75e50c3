import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readOrMakeSecret } from './data-folder.ts';

it('never shows half a secret: what is there under its name is whole from the first moment on, and the same for all', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'aura-secret-'));
  const file = join(folder, 'jwt-secret');
  try {
    const seen = new Set<string>();
    let isMade = false;
    const look = (): void => {
      if (existsSync(file)) seen.add(readFileSync(file, 'utf8'));
      if (!isMade) setImmediate(look);
    };
    look();
    const secrets = await Promise.all(Array.from({ length: 20 }, async () => await readOrMakeSecret(folder)));
    isMade = true;
    look();
    expect(new Set(secrets).size).toBe(1);
    expect([...seen]).toEqual([secrets[0]]);
    expect(await readdir(folder)).toEqual(['jwt-secret']);
  } finally {
    await rm(folder, { recursive: true });
  }
});
