import { randomBytes, randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The secret that signs tokens, kept in the data folder so that logins survive a restart; made on the first start. */
export async function readOrMakeSecret(dataDir: string): Promise<string> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const file = join(dataDir, 'jwt-secret');
  await readFile(file, 'utf8').catch(async (err: unknown) => {
    if (!isFileError(err, 'ENOENT')) throw err;
    await makeSecret(file);
  });
  return (await readFile(file, 'utf8')).trim();
}

/** Written under another name first: a process killed in mid-write would leave half a secret, which no start accepts. */
async function makeSecret(file: string): Promise<void> {
  const draft = `${file}.${randomUUID()}`;
  try {
    await writeFile(draft, randomBytes(48).toString('base64'), { flag: 'wx', mode: 0o600, flush: true });
    // `link` decides between two first starts: the second one fails here and takes the first one's.
    await link(draft, file);
  } catch (err) {
    if (!isFileError(err, 'EEXIST')) throw err;
  } finally {
    await rm(draft, { force: true });
  }
}

function isFileError(err: unknown, code: string): boolean {
  return err instanceof Error && 'code' in err && err.code === code;
}
