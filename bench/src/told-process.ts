import { fileURLToPath } from 'node:url';
import { type Child, startChild } from './child.ts';
import { onCore } from './cores.ts';
import { controlUrl } from './control.ts';

/** A process of the benchmark that is told what to do, at `url`. */
export interface ToldProcess extends Child {
  url: string;
}

export interface ToldProcessOptions {
  /** Undefined: wherever the system puts it. */
  core: number | undefined;
  /** Its first argument, as JSON. */
  settings: object;
  /** Where Node leaves a CPU profile; null: no profile. */
  profileDir: string | null;
}

/** Starts `main`, which must listen for orders, and waits until it does. */
export async function startToldProcess(
  main: URL,
  { core, settings, profileDir }: ToldProcessOptions,
): Promise<ToldProcess> {
  const profiling = profileDir === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileDir}`];
  const node = [process.execPath, '--disable-warning=ExperimentalWarning', ...profiling];
  const command = onCore(core, [...node, fileURLToPath(main), JSON.stringify(settings)]);
  const child = await startChild(command, { cwd: process.cwd(), env: { NODE_ENV: 'production' } }, (output) =>
    Promise.resolve(controlUrl(output) !== null),
  );
  return { ...child, url: controlUrl(child.output()) ?? '' };
}
