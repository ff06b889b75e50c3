import { formatCursor } from '@aura/contract';
import type { StreamEvent } from './event.ts';
import type { LanePort, LaneRequest } from './lane-port.ts';
import { textFrames } from './text-frames.ts';

/** A subscription as its stream's lane sees it. */
export interface Passenger {
  port: LanePort;
  request: LaneRequest;
  epoch: string;
  /** Subscriptions of a stream with the same key see the same of every event, and end with the same one. */
  viewKey: string;
  /** Nobody else has this key, so what its readers see is not worth keeping for others. */
  isPersonal: boolean;
  /** The event as its readers see it, or null when it is not for them. */
  view(event: StreamEvent): object | null;
  /** True for the event with which the subscription ends: that it has to see to itself. */
  isLast(event: StreamEvent): boolean;
  /** True for other events that this subscription has to see to itself; null when there are none. */
  leavesLane: ((event: StreamEvent) => boolean) | null;
}

/** A subscription's place in a lane. */
export interface LanePlace {
  /** Gives the place up at once: no frame is written for it from now on. */
  leave(): void;
  /** Resolves when the place is gone, however that came, with the last seq that was seen to. */
  readonly left: Promise<number>;
}

/** All that carrying looks at is in reach here: with thousands of members each step further costs. */
interface Member {
  port: LanePort;
  leavesLane: Passenger['leavesLane'];
  group: Group;
  onLeft: (last: number) => void;
}

/** Those who get the same bytes. */
interface Group {
  key: string;
  /** What their frames begin with. */
  opening: Buffer;
  passenger: Passenger;
  members: Set<Member>;
}

/**
 * A stream's direct lane: its subscriptions that have everything, whose next events are written to their sockets without
 * waking anything of theirs. An event is turned into JSON once for all that see the same, into a frame once for all that
 * also have the same request id, and the frames of a batch go to each socket in one write.
 *
 * A subscription is either with its generator or in the lane:
 *
 *     generator ── the frame with the newest event is encoded, and it is the newest still ──▶ lane
 *     lane ── aborted · no room in its socket · an event it must see to · a hole · a large batch ──▶ generator
 *
 * 1. All in a lane have exactly the events up to `#last`; who is at another place does not get in.
 * 2. A batch is carried only if it joins on to `#last`. Whatever else is heard, everybody leaves and reads the log.
 * 3. Who leaves has had nothing of the batch that made it leave: it goes on after `#last` by itself.
 * 4. Leaving takes effect at once: no frame is written for a subscription that has left.
 * 5. Nothing is kept for anybody here. What waits is in the socket: as much as leaves room, and one batch.
 */
export class Lane {
  readonly #groups = new Map<string, Group>();
  /** What each event ends with, by what is seen of it: a storm of readers that come back wants the same ones. */
  readonly #endings = new WeakMap<StreamEvent, Map<string, Buffer | null>>();
  #size = 0;
  #last = 0;

  get size(): number {
    return this.#size;
  }

  /** Takes in a subscription that has everything up to `seq`; null when the lane is at another place. */
  join(passenger: Passenger, seq: number): LanePlace | null {
    if (this.#size > 0 && seq !== this.#last) return null;
    this.#last = seq;
    const { promise: left, resolve: onLeft } = Promise.withResolvers<number>();
    const group = this.#groupOf(passenger);
    const { port, leavesLane } = passenger;
    const member: Member = { port, leavesLane, group, onLeft };
    group.members.add(member);
    this.#size++;
    return { left, leave: () => this.#leave(member) };
  }

  /** Events as one subscription gets them, joined or not; null when one of them is its last. */
  frames(passenger: Passenger, events: readonly StreamEvent[]): Buffer | null {
    const endings = this.#endingsOf(passenger, events);
    return endings === null ? null : textFrames(openingOf(passenger), endings);
  }

  /** Takes neighbouring events to everybody. Throws what a feed's functions throw, and has carried nothing then. */
  carry(events: readonly StreamEvent[]): void {
    const news = events.filter(({ seq }) => seq > this.#last);
    const newest = news.at(-1);
    if (this.#size === 0 || newest === undefined) return;
    if (news[0]?.seq !== this.#last + 1) {
      this.dissolve();
      return;
    }
    // What may fail comes before the first write, so that it fails for everybody alike.
    const parcels = this.#parcelsOf(news);
    for (const { members } of this.#groups.values()) {
      for (const member of members) {
        if (member.leavesLane !== null && news.some(member.leavesLane)) this.#leave(member);
      }
    }
    for (const [{ members }, frames] of parcels) {
      if (frames?.length === 0) continue;
      for (const member of members) {
        if (frames === null || !member.port.write(frames)) this.#leave(member);
      }
    }
    this.#last = newest.seq;
  }

  /** Everybody goes on alone. */
  dissolve(): void {
    for (const { members } of this.#groups.values()) for (const member of members) this.#leave(member);
  }

  /** For each group the frames it gets, which may be none; null for those that have to see to these events themselves. */
  #parcelsOf(events: readonly StreamEvent[]): [Group, Buffer | null][] {
    const endings = new Map<string, Buffer[] | null>();
    return [...this.#groups.values()].map((group) => {
      const { passenger, opening } = group;
      const key = viewKeyOf(passenger);
      const known = endings.get(key);
      const own = known === undefined ? this.#endingsOf(passenger, events) : known;
      endings.set(key, own);
      return [group, own === null ? null : textFrames(opening, own)];
    });
  }

  /** Of those that are for these readers; null when one of the events is the last. */
  #endingsOf(passenger: Passenger, events: readonly StreamEvent[]): Buffer[] | null {
    if (events.some((event) => passenger.isLast(event))) return null;
    const key = viewKeyOf(passenger);
    return events.flatMap((event) => {
      if (passenger.isPersonal) return endingOf(passenger, event) ?? [];
      const known = this.#endings.get(event) ?? new Map<string, Buffer | null>();
      this.#endings.set(event, known);
      const ending = known.get(key);
      const own = ending === undefined ? endingOf(passenger, event) : ending;
      known.set(key, own);
      return own ?? [];
    });
  }

  #groupOf(passenger: Passenger): Group {
    const opening = openingOf(passenger);
    const key = `${viewKeyOf(passenger)} ${opening.toString()}`;
    const group = this.#groups.get(key) ?? {
      key,
      opening,
      passenger,
      members: new Set(),
    };
    this.#groups.set(key, group);
    return group;
  }

  #leave(member: Member): void {
    const { group, onLeft } = member;
    if (!group.members.delete(member)) return;
    this.#size--;
    if (group.members.size === 0) this.#groups.delete(group.key);
    onLeft(this.#last);
  }
}

const viewKeyOf = ({ epoch, viewKey }: Passenger): string => `${epoch} ${viewKey}`;

/** What all frames of a subscription begin with. */
function openingOf({ request: { id, jsonrpc } }: Passenger): Buffer {
  return Buffer.from(`${JSON.stringify({ id, jsonrpc }).slice(0, -1)},"result":`);
}

/** What follows the opening, byte for byte as tRPC writes a tracked event; null when it is not for these readers. */
function endingOf({ epoch, view }: Passenger, event: StreamEvent): Buffer | null {
  const data = view(event);
  if (data === null) return null;
  const id = formatCursor({ epoch, seq: event.seq });
  return Buffer.from(`${JSON.stringify({ type: 'data', data: { id, data }, id })}}`);
}
