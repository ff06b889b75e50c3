import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts CPU time in ticks of 10 ms. */
const TICK_MS = 10;

interface Stat {
  pid: number;
  parentPid: number;
  cpuMs: number;
}

/** A process and everything it started that is alive, parents first; only the process itself where there is no /proc. */
export function treeOf(pid: number): number[] {
  const all = readAll();
  const tree = [pid];
  for (const parent of tree) {
    for (const { pid: child, parentPid } of all) if (parentPid === parent) tree.push(child);
  }
  return tree;
}

/** CPU time that a process and all it started have used so far, those that have ended included; null without /proc. */
export function cpuMsOf(pid: number): number | null {
  const all = readAll();
  if (all.length === 0) return null;
  const tree = new Set(treeOf(pid));
  return all.reduce((sum, stat) => (tree.has(stat.pid) ? sum + stat.cpuMs : sum), 0);
}

/** How long the first threads of a process and all it started were ready to run and had no core; null without /proc. */
export function waitedMsOf(pid: number): number | null {
  if (process.platform !== 'linux') return null;
  return treeOf(pid).reduce((sum, id) => sum + readWaitedMs(id), 0);
}

function readWaitedMs(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[1]) / 1_000_000;
  } catch {
    return 0;
  }
}

function readAll(): Stat[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readStat(Number(name)) ?? []);
}

function readStat(pid: number): Stat | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in front stands in brackets and may hold spaces and brackets itself.
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const ticks = fields.slice(11, 15).reduce((sum, value) => sum + value, 0);
    return { pid, parentPid: fields[1] ?? 0, cpuMs: ticks * TICK_MS };
  } catch {
    return null;
  }
}
