import { formatInstant } from './format-instant.ts';
import { readPageContext } from './page-context.ts';
import { isGreeting, type Phrases } from './phrases.ts';
import type { AnsweredCall, Progress } from './progress.ts';
import { renderResult, resultProblem } from './render-result.ts';
import { type Task, toolCallFor } from './tasks.ts';
import { keyTermsOf, wordsOf } from './words.ts';

/** The closing markdown: one part for each task, or an overview of the text, and who is speaking. */
export function composeAnswer(progress: Progress, tasks: readonly Task[], phrases: Phrases): string {
  const parts = tasks.map((task) => taskPart(task, progress.answered, phrases));
  if (tasks.length === 0) {
    parts.push(isGreeting(progress.userText) ? phrases.greeting : overview(progress, phrases));
  }
  return [...parts, phrases.offline].join('\n\n');
}

function taskPart(task: Task, answered: readonly AnsweredCall[], phrases: Phrases): string {
  const { name } = toolCallFor(task);
  const result = answered.findLast((call) => call.name === name)?.result;
  if (result === undefined) return phrases.noTool(name);
  const problem = resultProblem(result);
  if (problem !== undefined) return phrases.failed(name, problem);
  switch (task.kind) {
    case 'clock': {
      const instant = formatInstant(result, phrases.locale);
      return instant === undefined
        ? [phrases.clockRaw, ...renderResult(result)].join('\n')
        : phrases.clock(instant);
    }
    case 'remember':
      return phrases.remembered(task.key, task.value);
    case 'recall':
      return listPart(phrases.recalled(task.key), phrases.nothingRecalled(task.key), renderResult(result));
    case 'search':
      return listPart(phrases.found(task.query), phrases.nothingFound(task.query), renderResult(result));
    case 'post':
      return phrases.posted(task.text);
  }
}

function listPart(heading: string, nothing: string, lines: readonly string[]): string {
  return lines.length === 0 ? nothing : [heading, '', ...lines].join('\n');
}

function overview(progress: Progress, phrases: Phrases): string {
  const text = progress.userText;
  const terms = keyTermsOf(text.slice(0, 20_000), 5).map((term) => `\`${term}\``);
  const { title, url } = readPageContext(progress.systemText);
  const page = [title === undefined ? '' : `**${title}**`, url === undefined ? '' : `\`${url}\``]
    .filter((part) => part !== '')
    .join(' ');
  const lines = [
    phrases.size(wordsOf(text).length, Array.from(text).length),
    ...(terms.length === 0 ? [] : [phrases.terms(terms.join(', '))]),
    /[?？]\s*$/.test(text.trim()) ? phrases.isQuestion : phrases.isStatement,
    ...(page === '' ? [] : [phrases.page(page)]),
    phrases.place(progress.userMessageCount),
  ];
  return [phrases.overview, '', ...lines.map((line) => `- ${line}`), '', phrases.goOn].join('\n');
}
