import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { findProgram } from './install-package.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

test('finds the best program on PATH that runs, passing over stubs that only fail', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'aura-programs-'));
  const script = (name: string, body: string) =>
    writeFile(join(folder.path, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  await script('stub', 'echo "install the other package" >&2; exit 1');
  await script('good', 'echo 1.0');
  vi.stubEnv('PATH', folder.path);

  expect(await findProgram(['absent', 'stub', 'good'])).toBe(join(folder.path, 'good'));
  expect(await findProgram(['absent', 'stub'])).toBeUndefined();
});
