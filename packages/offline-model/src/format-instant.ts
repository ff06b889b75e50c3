import { isRecord, tryParseJson } from './json.ts';

const isoInstant = /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})/;

/** Finds an ISO instant in a tool result and writes it out for people; undefined when there is none. */
export function formatInstant(result: string, locale: string): string | undefined {
  const found = isoInstant.exec(result)?.[0];
  const time = found === undefined ? Number.NaN : Date.parse(found);
  if (Number.isNaN(time)) return undefined;
  const timeZone = timeZoneIn(result);
  const format = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'short', timeZone });
  return `${format.format(time)} (${timeZone})`;
}

function timeZoneIn(result: string): string {
  const value = tryParseJson(result);
  const named = isRecord(value) ? (value.timeZone ?? value.timezone ?? value.zone) : undefined;
  try {
    return typeof named === 'string'
      ? new Intl.DateTimeFormat('en', { timeZone: named }).resolvedOptions().timeZone
      : 'UTC';
  } catch {
    return 'UTC';
  }
}
