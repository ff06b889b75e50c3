import type { Json } from '@aura/contract';
import { z } from 'zod';

/**
 * `value` as JSON that PostgreSQL takes as jsonb: NUL and lone surrogates, which JSON allows and jsonb refuses,
 * become U+FFFD. Model output and page context can hold either, and one such character must not fail a batch.
 */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(value);
  return SUSPICIOUS.test(text) ? JSON.stringify(storable(JSON.parse(text))) : text;
}

/** `value` as it will be read back from where `jsonText` was stored. */
export function storableJson(value: Json): Json {
  return z.json().parse(JSON.parse(jsonText(value)));
}

/** `text` without the two kinds of character that PostgreSQL cannot store. */
export function storableText(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\uFFFD');
}

/** The same, composed: a letter and its marks are one character where there is one, as in what is searched for. */
export function searchableText(text: string): string {
  return storableText(text).normalize('NFC');
}

const SUSPICIOUS = /\\u(?:0000|d[89a-f])/i;

function storable(value: unknown): unknown {
  if (typeof value === 'string') return storableText(value);
  if (Array.isArray(value)) return value.map(storable);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [storableText(key), storable(inner)]),
  );
}
