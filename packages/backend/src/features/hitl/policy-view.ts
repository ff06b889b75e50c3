import type { PolicyView } from '@aura/contract';
import type { PolicyRow } from './policy-store.ts';

export function policyView(row: PolicyRow | undefined): PolicyView {
  if (row === undefined) return { rules: [], version: 0, updatedAt: null, updatedBy: null };
  const { rules, version, updatedAt, updatedBy } = row;
  return { rules, version, updatedAt: updatedAt.toISOString(), updatedBy };
}
