import { type Json, jsonSchema } from '@aura/contract';

export type ParsedJson =
  | { ok: true; value: Json }
  /** Where the mistake is, from 1 on, when the browser tells. */
  | { ok: false; line: number | null; column: number | null };

/** What a person typed as JSON, or where it stops being any. */
export function parseJson(text: string): ParsedJson {
  try {
    return { ok: true, value: jsonSchema.parse(JSON.parse(text)) };
  } catch (err) {
    return { ok: false, ...placeOf(err instanceof Error ? err.message : '', text) };
  }
}

/** What a person gives as a result: an object or a list when it reads as one, else the text itself. */
export function answerOf(text: string): Json {
  const parsed = parseJson(text);
  return parsed.ok && typeof parsed.value === 'object' && parsed.value !== null ? parsed.value : text;
}

/** Browsers name a position ("at position 12") or a place ("line 2 column 3"), or that the text ended too early. */
function placeOf(message: string, text: string): { line: number | null; column: number | null } {
  const place = /line (\d+) column (\d+)/.exec(message);
  if (place !== null) return { line: Number(place[1]), column: Number(place[2]) };
  const position = /position (\d+)/.exec(message)?.[1];
  if (position === undefined && !/end of/i.test(message)) return { line: null, column: null };
  const lines = text.slice(0, position === undefined ? text.length : Number(position)).split('\n');
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}
