import { createHash } from 'node:crypto';
import type { Json } from '@aura/contract';

/** JSON with its keys in order and no space: the same value is the same text, whoever wrote it. */
export function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const members = Object.entries(value)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}

/** What a decision is bound to: SHA-256 (hex) of the tool, its version and the exact arguments. */
export function argsHash(call: { tool: string; version: string; args: Json }): string {
  return createHash('sha256').update(canonicalJson(call)).digest('hex');
}
