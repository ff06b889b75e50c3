import type { MemoryEntry } from '@aura/contract';
import type { MemoryRow } from './memory-store.ts';

export function memoryView(row: MemoryRow): MemoryEntry {
  return {
    key: row.key,
    value: row.value,
    version: row.version,
    expiresAt: row.expiresAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}
