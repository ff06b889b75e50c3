import { failureNames, type Failure, parseFailure } from './failures.ts';

export type FailCommand = { kind: 'fail'; failure: Failure; times: number; line: number };

export type Command =
  | { kind: 'think'; text: string }
  | { kind: 'say'; text: string }
  | { kind: 'repeat'; times: number; text: string }
  | { kind: 'delay'; delayMs: number }
  | { kind: 'plan'; titles: readonly string[] }
  | { kind: 'tool'; name: string; arguments: string }
  | FailCommand;

/** A line of a script that cannot be followed; the message names the line and the right form. */
export class ScriptError extends Error {
  constructor(line: number, problem: string) {
    super(`Script line ${line}: ${problem}`);
    this.name = 'ScriptError';
  }
}

const commandLine = /^#([a-z]+)(?:[ \t]+(.*))?$/;
const isCommand = /^#(?:think|plan|tool|say|repeat|delay|fail)(?:[ \t]|$)/;
const maxDelayMs = 60_000;
const maxCommands = 1000;
const maxPlanSteps = 50;
const maxRepeatChars = 16 * 1024 * 1024;

/**
 * Reads the script in a user message: its lines that begin with `#`. Other lines are remarks.
 * Without one line that begins with a known command the message is free text, and the result undefined.
 * @throws ScriptError for a `#word` that is no command, or arguments that do not fit
 */
export function parseScript(text: string): readonly Command[] | undefined {
  const lines = text.split(/\r?\n/);
  if (!lines.some((line) => isCommand.test(line))) return undefined;
  const commands = lines.flatMap((line, index) => {
    const match = commandLine.exec(line);
    return match?.[1] === undefined ? [] : [parseCommand(match[1], match[2] ?? '', index + 1)];
  });
  assertAffordable(commands);
  return commands;
}

function parseCommand(word: string, rest: string, line: number): Command {
  switch (word) {
    case 'think':
    case 'say':
      return { kind: word, text: rest };
    case 'repeat':
      return parseRepeat(rest, line);
    case 'delay':
      return { kind: 'delay', delayMs: parseNumber(rest, { max: maxDelayMs, form: '#delay MS', line }) };
    case 'plan':
      return parsePlan(rest, line);
    case 'tool':
      return parseTool(rest, line);
    case 'fail':
      return parseFail(rest, line);
    default:
      throw new ScriptError(
        line,
        `#${word} is no command. Use #think, #plan, #tool, #say, #repeat, #delay or #fail.`,
      );
  }
}

function parseRepeat(rest: string, line: number): Command {
  const [, count = '', text = ''] = /^(\S+)[ \t]+(\S.*)$/.exec(rest) ?? [];
  const times = parseNumber(count, { max: 1_000_000, form: '#repeat N TEXT', line });
  return { kind: 'repeat', times, text: text.trimEnd() };
}

function parsePlan(rest: string, line: number): Command {
  const titles = rest
    .split('|')
    .map((title) => title.trim())
    .filter((title) => title !== '');
  if (titles.length === 0) throw new ScriptError(line, 'a plan needs steps: #plan A | B | C');
  if (titles.length > maxPlanSteps) throw new ScriptError(line, `a plan has at most ${maxPlanSteps} steps.`);
  return { kind: 'plan', titles };
}

/** Arguments stay as they are written: a script may send broken ones to see what the client does. */
function parseTool(rest: string, line: number): Command {
  const [, name, args] = /^([\w-]{1,64})(?:[ \t]+(.*))?$/.exec(rest) ?? [];
  if (name === undefined) throw new ScriptError(line, 'a tool needs a name: #tool NAME {"key": "value"}');
  return { kind: 'tool', name, arguments: args?.trim() || '{}' };
}

function parseFail(rest: string, line: number): FailCommand {
  const [name = '', count = '1'] = rest.trim().split(/[ \t]+/);
  const failure = parseFailure(name);
  if (failure === undefined) throw new ScriptError(line, `#fail knows ${failureNames().join(', ')}.`);
  return {
    kind: 'fail',
    failure,
    times: parseNumber(count, { max: 1000, form: '#fail NAME TIMES', line }),
    line,
  };
}

function parseNumber(text: string, rule: { max: number; form: string; line: number }): number {
  const value = /^\d{1,9}$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (value <= rule.max) return value;
  throw new ScriptError(rule.line, `write ${rule.form}, a whole number up to ${rule.max}.`);
}

/** A megabyte of `#repeat` lines must not become a terabyte of answer. */
function assertAffordable(commands: readonly Command[]): void {
  if (commands.length > maxCommands) {
    throw new ScriptError(1, `a script has at most ${maxCommands} commands.`);
  }
  const chars = commands.reduce(
    (sum, command) => sum + (command.kind === 'repeat' ? command.times * (command.text.length + 8) : 0),
    0,
  );
  if (chars > maxRepeatChars) {
    throw new ScriptError(1, `all #repeat lines together may give ${maxRepeatChars} characters.`);
  }
}
