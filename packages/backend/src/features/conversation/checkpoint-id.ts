import { checkpointIdSchema } from '@aura/contract';

/** Names a finished step of a run; steps count from 1. */
export function checkpointId({ runId, step }: { runId: string; step: number }): string {
  return `${runId}.${step}`;
}

/** What `checkpointId` named. Throws a ZodError for anything else. */
export function parseCheckpointId(id: string): { runId: string; step: number } {
  const [runId = '', step] = checkpointIdSchema.parse(id).split('.');
  return { runId, step: Number(step) };
}
