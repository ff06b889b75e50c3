import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { treeOf } from './process-tree.ts';

/** Where things run: servers under test on one core, everything else on the other. Null: wherever the system puts it. */
export const CORES: { server: number; others: number } | null =
  availableParallelism() >= 2 && spawnSync('taskset', ['--version']).status === 0
    ? { server: 0, others: 1 }
    : null;

/** A command line that runs `command` on one core. */
export function onCore(core: number | undefined, command: readonly string[]): [string, ...string[]] {
  const [program = '', ...rest] = command;
  return core === undefined ? [program, ...rest] : ['taskset', '-c', String(core), program, ...rest];
}

/** Moves a running process, its threads and what it has started, and so all that it will start. */
export function moveToCore(core: number | undefined, pid: number): void {
  if (core === undefined) return;
  for (const id of treeOf(pid)) spawnSync('taskset', ['-acp', String(core), String(id)]);
}
