import { decimal, medianOf, table } from './figures.ts';
import type { Amounts, TurnFigures } from './measure-turns.ts';

type Figures = ReadonlyMap<string, readonly TurnFigures[]>;
type Column = [title: string, of: (figures: TurnFigures) => number | null, digits?: number];

const ALONE: Column[] = [
  ['first event p50', (of) => of.firstP50],
  ['p99', (of) => of.firstP99],
  ['at work p50', (of) => of.startedP50],
  ['answer p50', (of) => of.answerP50],
  ['finished p50', (of) => of.finishedP50],
  ['p99', (of) => of.finishedP99],
];
const LOADED: Column[] = [
  ['runs/s', (of) => of.turnsPerSecond, 0],
  ['finished p50', (of) => of.loadedFinishedP50],
  ['p99', (of) => of.loadedFinishedP99],
  ['server CPU ms/run', (of) => of.serverCpuMs, 2],
  ['database CPU ms/run', (of) => of.databaseCpuMs, 2],
  ['core taken', (of) => of.waitedShare, 2],
];

const NOTES = `Both servers run on one core, log warnings only and have their conversations made before the clock starts.
Aura: the server process on PostgreSQL with fsync on; messages, runs, steps and events are committed before they are shown.
  It asks the model over HTTP. "conversation open": the client follows the conversation, then sends, as the web app does.
  "stream per run": it sends, then opens the stream of the run, as a script does.
LangGraph: langgraphjs dev, in memory, with a worker for each turn at a time; POST /threads/ID/runs/stream.
First event: on Aura the stored message, or the run's creation; on LangGraph the worker's first. At work: a worker has begun.
Core taken: the part of the time that a server was ready to run and others had its core; far from 0, the machine is too busy.
Answer: the whole text is there. Finished: the stream says so (Aura), or has ended (LangGraph).`;

/** Prints the medians of all contestants, and how Aura's stricter way compares with the peers. */
export function printTurns(
  figures: Figures,
  { runs, concurrency, rounds }: Amounts & { rounds: number },
): void {
  console.log(`
One turn at a time, ms since the request (medians of ${rounds} rounds of ${runs} turns)
${tableOf(figures, ALONE)}

${concurrency} turns at once (medians of ${rounds} rounds of ${runs * 10} turns)
${tableOf(figures, LOADED)}
`);
  const ours = figures.get('Aura, stream per run') ?? [];
  for (const [name, theirs] of figures) {
    if (name.startsWith('Aura')) continue;
    const times = (of: Column[1]): string => ratio(over(theirs, of), over(ours, of));
    console.log(
      `${name}, over Aura, stream per run: first event × ${times((of) => of.firstP50)}, answer × ${times((of) => of.answerP50)}, finished × ${times((of) => of.finishedP50)}, server CPU × ${times((of) => of.serverCpuMs)}, runs/s ÷ ${times((of) => 1 / of.turnsPerSecond)}`,
    );
  }
  console.log(`\n${NOTES}`);
}

function tableOf(figures: Figures, columns: readonly Column[]): string {
  return table([
    ['', ...columns.map(([title]) => title)],
    ...[...figures].map(([name, rounds]) => [
      name,
      ...columns.map(([, of, digits]) => decimal(over(rounds, of), digits)),
    ]),
  ]);
}

function over(rounds: readonly TurnFigures[], of: Column[1]): number | null {
  return medianOf(rounds.map(of));
}

function ratio(value: number | null, by: number | null): string {
  return value === null || by === null || by === 0 ? '-' : (value / by).toFixed(1);
}
