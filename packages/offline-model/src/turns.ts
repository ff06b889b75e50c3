import type { Command, FailCommand } from './script.ts';

export type Part = Exclude<Command, { kind: 'plan' | 'tool' }>;
export type Call = { name: string; arguments: string };

/** One response: what it streams, and the tool call it ends with. Without a call it is the last one. */
export type Turn = { parts: readonly Part[]; call?: Call };

type Plan = { titles: readonly string[]; done: number };

/**
 * Cuts commands into responses; the one after the n-th answered call is `turns[n]`.
 * While a plan is open, each answered `#tool` moves it one step on, its last step stays running until no
 * call is left, and a last call marks everything done before the closing text.
 */
export function toTurns(commands: readonly Command[]): readonly Turn[] {
  const turns: Turn[] = [];
  const lastCall = commands.findLastIndex((command) => command.kind === 'tool' || command.kind === 'plan');
  let parts: Part[] = [];
  let plan: Plan | undefined;
  let delay: Part | undefined;

  const endWith = (call: Call): void => {
    turns.push({ parts, call });
    parts = delay === undefined ? [] : [delay];
  };
  const moveTo = (done: number): void => {
    if (plan === undefined || plan.done === done) return;
    plan = { ...plan, done };
    endWith(planCall(plan));
  };

  for (const [index, command] of commands.entries()) {
    switch (command.kind) {
      case 'plan':
        plan = { titles: command.titles, done: 0 };
        endWith(planCall(plan));
        if (index === lastCall) moveTo(plan.titles.length);
        break;
      case 'tool':
        endWith({ name: command.name, arguments: command.arguments });
        if (plan !== undefined) {
          const { titles, done } = plan;
          moveTo(index === lastCall ? titles.length : Math.min(done + 1, titles.length - 1));
        }
        break;
      case 'delay':
        delay = command;
        parts.push(command);
        break;
      case 'think':
      case 'say':
      case 'repeat':
      case 'fail':
        parts.push(command);
        break;
    }
  }
  return [...turns, { parts }];
}

/** The scripted failures of a turn, in order. */
export function failuresOf(turn: Turn): readonly FailCommand[] {
  return turn.parts.filter((part) => part.kind === 'fail');
}

function planCall(plan: Plan): Call {
  const steps = plan.titles.map((title, index) => ({ title, status: stepStatus(index - plan.done) }));
  return { name: 'update_plan', arguments: JSON.stringify({ steps }) };
}

function stepStatus(distance: number): 'done' | 'running' | 'pending' {
  if (distance < 0) return 'done';
  return distance === 0 ? 'running' : 'pending';
}
