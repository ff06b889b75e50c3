import type { Json } from '@aura/contract';
import { z } from 'zod';
import type { TestServer } from '../testing/test-server.ts';
import type { Procedure } from '../transports/rest/collect-endpoints.ts';
import type { ProbeWorld } from './create-probe-world.ts';
import { comparable, leaksIn } from './probe-answer.ts';
import { inputOf, type ProbeCase, type ProbeValues } from './probe-cases.ts';
import { KNOWN_IN_TENANT, type ProbeKind } from './probe-kinds.ts';
import { fillIn, leavesOf, type ProbeLeaf, type ProbeShape, requiredLeavesOf } from './probe-shape.ts';
import { openProbeWire, type ProbeWire } from './probe-wire.ts';
import { randomised } from './randomised.ts';

/** Somebody with a way in. */
export interface Prober {
  world: ProbeWorld;
  wire: ProbeWire;
  /** What they said so far that was not their own: it may come back to them. */
  said: Set<string>;
  /** What they say in place of something that is somebody's, always the same. */
  standIn(value: string): string;
  /** The pages and cursors of a procedure, as this caller gets them. */
  placesIn(procedure: Procedure, shape: ProbeShape): Promise<Readonly<Partial<Record<ProbeKind, string>>>>;
}

export async function openProber(server: TestServer, world: ProbeWorld): Promise<Prober> {
  const wire = openProbeWire(server, world.token);
  const { conversation = '' } = world.known;
  const fallback = await wire.ask(
    { path: 'conversation.get', type: 'query' },
    { conversationId: conversation },
  );
  const cursor = /v1\.[\da-f]{8}\.\d+/.exec(fallback)?.[0] ?? 'v1.00000000.1';
  const standIns = new Map<string, string>();
  const places = new Map<string, Promise<Partial<Record<ProbeKind, string>>>>();
  return {
    world,
    wire,
    said: new Set(),
    standIn(value) {
      const known = standIns.get(value) ?? randomised(value);
      standIns.set(value, known);
      return known;
    },
    async placesIn(procedure, shape) {
      const key = `${procedure.path} ${JSON.stringify(shape)}`;
      const known = places.get(key) ?? askForPlaces({ world, wire, cursor }, procedure, shape);
      places.set(key, known);
      return await known;
    },
  };
}

/** A second page's token and a feed's cursor, where there are such. */
async function askForPlaces(
  { world, wire, cursor }: { world: ProbeWorld; wire: ProbeWire; cursor: string },
  procedure: Procedure,
  shape: ProbeShape,
): Promise<Partial<Record<ProbeKind, string>>> {
  const kinds = new Set(leavesOf(shape).map(({ kind }) => kind));
  const isPaged = kinds.has('page') || kinds.has('tenantPage');
  if (!isPaged && !kinds.has('cursor')) return {};
  const requiredAt = new Set(requiredLeavesOf(shape).map(({ at }) => at));
  const input = fillIn(shape, {
    email: world.email,
    valuesOf: ({ kind, at }) => (requiredAt.has(at) ? [world.known[kind] ?? ''] : []),
  });
  const more: Record<string, Json> = isPaged ? { limit: 1 } : { lastEventId: 'v1.00000000.0' };
  const answer = await wire.ask(procedure, { ...z.record(z.string(), z.json()).parse(input ?? {}), ...more });
  if (isPaged) {
    const page = /"nextPage":"([^"]+)"/.exec(answer)?.[1] ?? '';
    return { page, tenantPage: page };
  }
  return { cursor: /v1\.(?!0{8})[\da-f]{8}\.\d+/.exec(answer)?.[0] ?? cursor };
}

export interface ProbeOutcome {
  /** To the victim's ids, and to ones that name nothing; made comparable. */
  foreign: string;
  random: string;
  /** Kinds of the victim's things that were in the answer and that nobody had asked for by name. */
  leaks: string[];
}

/**
 * Asks twice, for what is the victim's and for what is nobody's. What changes something is asked by two callers who have
 * done the same so far; all else by one, whose ids have one place in the order of lists.
 */
export async function probe(
  { victim, twins }: { victim: Prober; twins: readonly [Prober, Prober] },
  { procedure, ...probed }: ProbeCase & { procedure: Procedure },
  askBy: (prober: Prober, input: Json | undefined) => Promise<string>,
): Promise<ProbeOutcome> {
  const foreign = { ...victim.world.known, ...(await victim.placesIn(procedure, probed.shape)) };
  const isSameTenant = twins[0].world.known.tenant === victim.world.known.tenant;
  const ask = async (twin: Prober, change: (value: string) => string) => {
    const { known, email } = twin.world;
    const own = { ...known, ...(await twin.placesIn(procedure, probed.shape)), email };
    const values: ProbeValues = {
      email,
      own: ({ kind }) => own[kind] ?? '',
      strange({ kind }: ProbeLeaf) {
        const value = change(foreign[kind] ?? '');
        twin.said.add(value);
        return value;
      },
    };
    const answer = await askBy(twin, inputOf(probed, values));
    const sent = [...twin.said];
    return { answer, sent, text: comparable(answer, { own, sent }) };
  };
  const [first, twin] = twins;
  const second = procedure.type === 'mutation' ? twin : first;
  const toForeign = await ask(first, (value) => value);
  const toRandom = await ask(second, (value) => second.standIn(value));
  const secrets = Object.fromEntries(
    Object.entries(victim.world.known).filter(
      ([kind]) => !isSameTenant || ![...KNOWN_IN_TENANT].some((one) => one === kind),
    ),
  );
  return {
    foreign: toForeign.text,
    random: toRandom.text,
    leaks: leaksIn(toForeign.answer, { victim: secrets, sent: toForeign.sent }),
  };
}
