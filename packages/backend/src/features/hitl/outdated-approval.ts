import { AppError } from '../../app-error.ts';
import type { ToolSet } from '../agent/tool-registry.ts';
import type { ApprovalRow } from './approval-store.ts';
import { argsHash } from './args-hash.ts';

/**
 * Approving what is not there in that version any more would execute something else than was shown, and so would
 * approving a row that does not hold what its hash says.
 */
export function isOutdated(row: ApprovalRow, tools: ToolSet): boolean {
  const { toolName: tool, toolVersion: version, args } = row;
  const found = tools.find(tool);
  const isChanged = found !== undefined && found.version !== version;
  return isChanged || argsHash({ tool, version, args }) !== row.argsHash;
}

export function outdated(): AppError {
  return new AppError('APPROVAL_OUTDATED', {
    message:
      'What was shown does not hold any more: the tool has changed. It is asked for again as it is now.',
  });
}
