import type { RestLimits } from './rest-limits.ts';

/** How many event streams are open, and whose. */
export interface StreamPlaces {
  readonly openCount: number;
  /** Null, and nothing changes, when there are too many; dispose of it when the stream has ended. */
  take(owner: string): Disposable | null;
}

export function createStreamPlaces(
  limits: Pick<RestLimits, 'maxStreams' | 'maxStreamsPerOwner'>,
): StreamPlaces {
  const counts = new Map<string, number>();
  let openCount = 0;
  return {
    get openCount() {
      return openCount;
    },
    take(owner) {
      const own = counts.get(owner) ?? 0;
      if (openCount >= limits.maxStreams || own >= limits.maxStreamsPerOwner) return null;
      counts.set(owner, own + 1);
      openCount++;
      return {
        [Symbol.dispose]: () => {
          const left = (counts.get(owner) ?? 1) - 1;
          if (left === 0) counts.delete(owner);
          else counts.set(owner, left);
          openCount--;
        },
      };
    },
  };
}
