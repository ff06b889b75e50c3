import { z } from 'zod';

/** A line of a node's log that says that something was refused or went wrong. */
export interface LogLine {
  node: number;
  level: number;
  msg: string;
  runId: string | null;
  fence: number | null;
  error: string | null;
}

/** Listens to what nodes print: the password of the first admin, writers that were fenced, and what went wrong. */
export interface PrintReader {
  of(node: number): (text: string) => void;
  readonly adminPassword: string | null;
  /** One for each claim that was lost so. */
  readonly fenced: readonly LogLine[];
  /** Errors, and nothing milder: nodes under fire warn of a lot. */
  readonly errors: readonly LogLine[];
}

const ERROR = 50;
const lineSchema = z.object({
  level: z.int(),
  msg: z.string().default(''),
  runId: z.string().nullable().default(null),
  fence: z.int().nullable().default(null),
  err: z.object({ message: z.string().optional(), stack: z.string().optional() }).optional(),
});

export function createPrintReader(): PrintReader {
  let adminPassword: string | null = null;
  const fenced = new Map<string, LogLine>();
  const errors: LogLine[] = [];
  const read = (node: number, line: string): void => {
    adminPassword ??= /admin@aura\.local\s+(\S+)/.exec(line)?.[1] ?? null;
    if (!line.startsWith('{')) return;
    const { data } = lineSchema.safeParse(parseJson(line));
    if (data === undefined) return;
    const { level, msg, runId, fence, err } = data;
    const found = { node, level, msg, runId, fence, error: err?.stack ?? err?.message ?? null };
    // A refused write is said where it is refused, and again where its run is given up.
    if (msg.startsWith('fenced')) fenced.set(`${node} ${runId} ${fence}`, found);
    if (level >= ERROR) errors.push(found);
  };
  return {
    of(node) {
      let rest = '';
      return (text) => {
        const lines = (rest + text).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) read(node, line);
      };
    },
    get adminPassword() {
      return adminPassword;
    },
    get fenced() {
      return [...fenced.values()];
    },
    errors,
  };
}

/** Undefined for what a killed process left unfinished. */
function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
