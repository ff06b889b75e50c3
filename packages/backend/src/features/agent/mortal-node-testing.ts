import type { RunnerCore } from '../../context.ts';
import type { Backend } from '../../create-backend.ts';
import { createGroupWriter } from '../../realtime/group-writer.ts';

/**
 * A node that dies right after its `lastCommit`-th commit (or when `die` is called): whatever it does then fails, and
 * nobody hears of it.
 */
export function mortalNode(
  backend: Backend,
  lastCommit: number,
): {
  core: RunnerCore;
  signal: AbortSignal;
  die: () => never;
  commits: number;
} {
  const death = new AbortController();
  const node = {
    commits: 0,
    signal: death.signal,
    die(): never {
      death.abort(new Error('killed'));
      throw new Error('killed');
    },
  };
  const hub: RunnerCore['hub'] = {
    ...backend.hub,
    publish(batch) {
      if (death.signal.aborted) node.die();
      backend.hub.publish(batch);
      node.commits++;
      if (node.commits === lastCommit) node.die();
    },
  };
  const groupWriter = createGroupWriter({ database: backend.database, hub });
  return Object.assign(node, { core: { ...backend, nodeId: 'a mortal node', hub, groupWriter } });
}
