import type { Random } from '@aura/backend/testing';
import type { History } from './history.ts';
import type { Person } from './people.ts';
import { raceApproval, type RacedApproval } from './race-approval.ts';
import { converse } from './converse.ts';
import type { Watch } from './watch.ts';

/** Users who write and decide, all at once, until they are stopped. */
export interface Load extends Disposable {
  /** Subscribers of conversations that had not come to rest when the load was stopped. */
  readonly open: readonly Watch[];
  /** Has an approval decided, once. Resolves when that has been tried. */
  race(approval: RacedApproval): Promise<void>;
  /** Resolves when nothing that was begun is under way any more; runs may still be. */
  stop(): Promise<void>;
}

export function startLoad(
  people: readonly Person[],
  { history, random, urlOf }: { history: History; random: Random; urlOf(effect: string): string },
): Load {
  const stopping = new AbortController();
  const open: Watch[] = [];
  const races = new Map<string, Promise<void>>();
  const race = async (approval: RacedApproval): Promise<void> => {
    const racing = raceApproval({ history, random, people }, approval);
    races.set(approval.id, racing);
    await racing;
  };
  const onAsked = (approval: RacedApproval): void => {
    // Each of its subscribers hears of it.
    if (!races.has(approval.id)) void race(approval);
  };
  const { signal } = stopping;
  const talks = people.map(
    async (person) => await converse(person, { history, random, urlOf, onAsked, signal, open }),
  );
  return {
    open,
    race,
    async stop() {
      stopping.abort();
      await Promise.all(talks);
      await Promise.all(races.values());
    },
    [Symbol.dispose]() {
      for (const each of open) each[Symbol.dispose]();
    },
  };
}
