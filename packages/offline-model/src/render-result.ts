import { isRecord, tryParseJson } from './json.ts';

const maxItems = 10;
const maxChars = 200;

/** What a tool said went wrong; undefined when nothing did. */
export function resultProblem(result: string): string | undefined {
  const value = tryParseJson(result);
  if (isRecord(value)) {
    const error = isRecord(value.error) ? value.error.message : value.error;
    if (typeof error === 'string') return oneLine(error);
    return value.ok === false || value.isError === true ? oneLine(result) : undefined;
  }
  return value === undefined && /^\s*error\b/i.test(result) ? oneLine(result) : undefined;
}

/** Shows a tool result as markdown list lines, whatever its shape; none when it holds nothing. */
export function renderResult(result: string): readonly string[] {
  const value = tryParseJson(result) ?? result;
  const items = itemsOf(value);
  const lines = items.slice(0, maxItems).map((item) => `- ${renderItem(item)}`);
  return items.length > maxItems ? [...lines, `- … +${items.length - maxItems}`] : lines;
}

function itemsOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (!isRecord(value)) return value === null || value === '' ? [] : [value];
  const list = Object.values(value).find((inner) => Array.isArray(inner));
  if (list !== undefined) return itemsOf(list);
  const isEmpty = value.found === false || value.value === null || Object.keys(value).length === 0;
  return isEmpty ? [] : [value];
}

function renderItem(item: unknown): string {
  if (!isRecord(item)) return oneLine(textOf(item));
  const label = firstText(item, ['title', 'key', 'name']);
  const body = firstText(item, ['value', 'snippet', 'text', 'content', 'excerpt']);
  if (label !== undefined && body !== undefined) return `**${label}**: ${body}`;
  if (label !== undefined || body !== undefined) return label ?? body ?? '';
  return Object.entries(item)
    .filter(([, value]) => typeof value !== 'object')
    .map(([key, value]) => `${key}: ${oneLine(textOf(value))}`)
    .join(', ');
}

function firstText(item: Record<string, unknown>, keys: readonly string[]): string | undefined {
  const value = keys.map((key) => item[key]).find((found) => found !== undefined && found !== null);
  return value === undefined ? undefined : oneLine(textOf(value));
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function oneLine(text: string): string {
  const points = Array.from(text.replaceAll(/\s+/g, ' ').trim());
  return points.length > maxChars ? `${points.slice(0, maxChars).join('')}…` : points.join('');
}
