const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A wait in whole seconds, or minutes from two on: "45 seconds", "3분". Rounds up. */
export function formatWait(waitMs: number, language: string): string {
  const seconds = Math.max(1, Math.ceil(waitMs / SECOND_MS));
  return seconds < 120
    ? withUnit(seconds, 'second', language)
    : withUnit(Math.ceil(seconds / 60), 'minute', language);
}

/** How long there is until something: "45 seconds", "12 minutes", "3일". */
export function formatUntil(leftMs: number, language: string): string {
  if (leftMs < MINUTE_MS) return withUnit(Math.max(1, Math.ceil(leftMs / SECOND_MS)), 'second', language);
  if (leftMs < HOUR_MS) return withUnit(Math.round(leftMs / MINUTE_MS), 'minute', language);
  if (leftMs < 2 * DAY_MS) return withUnit(Math.round(leftMs / HOUR_MS), 'hour', language);
  return withUnit(Math.round(leftMs / DAY_MS), 'day', language);
}

/** How long something took: "38 ms", "1.4 s". */
export function formatDuration(durationMs: number, language: string): string {
  const isShort = durationMs < SECOND_MS;
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit: isShort ? 'millisecond' : 'second',
    unitDisplay: 'short',
    maximumFractionDigits: isShort ? 0 : 1,
  }).format(isShort ? durationMs : durationMs / SECOND_MS);
}

/** A moment seen from `now`: "3 minutes ago", "어제". */
export function formatAgo(instant: string, language: string, now: number): string {
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  const agoMs = Math.max(0, now - Date.parse(instant));
  if (agoMs < MINUTE_MS) return format.format(0, 'second');
  if (agoMs < HOUR_MS) return format.format(-Math.floor(agoMs / MINUTE_MS), 'minute');
  if (agoMs < DAY_MS) return format.format(-Math.floor(agoMs / HOUR_MS), 'hour');
  return format.format(-Math.floor(agoMs / DAY_MS), 'day');
}

/** A moment in full, in the reader's zone. */
export function formatInstant(instant: string, language: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(
    new Date(instant),
  );
}

/** A moment as short as it stays clear: its time alone when it was on the same day as `now`. */
export function formatMoment(instant: string, language: string, now: number): string {
  const date = new Date(instant);
  if (date.toDateString() !== new Date(now).toDateString()) return formatInstant(instant, language);
  return new Intl.DateTimeFormat(language, { timeStyle: 'short' }).format(date);
}

/** The time of day. */
export function formatTime(instant: string, language: string): string {
  return new Intl.DateTimeFormat(language, { timeStyle: 'short' }).format(new Date(instant));
}

/** A day in full: "Monday, 1 June 2026". */
export function formatDay(instant: string, language: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'full' }).format(new Date(instant));
}

/** A size in bytes as people say it: "312 kB", "10 MB". */
export function formatBytes(bytes: number, language: string): string {
  const isSmall = bytes < 1_000_000;
  const format = new Intl.NumberFormat(language, {
    style: 'unit',
    unit: isSmall ? 'kilobyte' : 'megabyte',
    maximumFractionDigits: 1,
  });
  return format.format(Math.max(0.1, bytes / (isSmall ? 1_000 : 1_048_576)));
}

function withUnit(count: number, unit: 'second' | 'minute' | 'hour' | 'day', language: string): string {
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(count);
}
