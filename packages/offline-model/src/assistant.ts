import { composeAnswer } from './compose-answer.ts';
import { isGreeting, phrasesIn } from './phrases.ts';
import type { Progress } from './progress.ts';
import type { Command } from './script.ts';
import { type Task, tasksOf, toolCallFor } from './tasks.ts';
import { languageOf } from './words.ts';

/**
 * What the assistant makes of free text: a thought, a plan, a call for every task whose tool is offered,
 * and an answer from what the tools returned. It is a script like any other, so a conversation resumes
 * at the right place; only its last lines depend on the results.
 */
export function improvise(
  progress: Progress,
  options: { tools: ReadonlySet<string>; isBrief: boolean },
): readonly Command[] {
  const { tools } = options;
  const text = progress.userText;
  const phrases = phrasesIn(languageOf(text));
  const tasks = tasksOf(text);
  const doable = tasks.filter((task) => tools.has(toolCallFor(task).name));
  const isSmallTalk = tasks.length === 0 && isGreeting(text);

  const commands: Command[] = [];
  if (!options.isBrief) {
    commands.push({ kind: 'think', text: phrases.thought(tasks.map(({ kind }) => kind)) });
    if (!isSmallTalk && tools.has('update_plan')) {
      commands.push({ kind: 'plan', titles: planFor(doable, phrases) });
    }
  }
  for (const task of doable) commands.push({ kind: 'tool', ...toolCallFor(task) });
  return [...commands, { kind: 'say', text: composeAnswer(progress, tasks, phrases) }];
}

function planFor(tasks: readonly Task[], phrases: ReturnType<typeof phrasesIn>): readonly string[] {
  const steps =
    tasks.length === 0 ? [phrases.readStep, phrases.termsStep] : tasks.map(({ kind }) => phrases.step[kind]);
  return [...steps, phrases.answerStep];
}
