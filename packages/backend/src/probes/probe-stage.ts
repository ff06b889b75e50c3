import type { Json } from '@aura/contract';
import { expect } from 'vitest';
import { appRouter } from '../app-router.ts';
import { createTestTenant } from '../testing/test-caller.ts';
import type { TestServer } from '../testing/test-server.ts';
import { type Procedure, proceduresOf } from '../transports/rest/collect-endpoints.ts';
import { createProbeGuest, createProbeWorld, type ProbeWorld } from './create-probe-world.ts';
import { type ProbeCase, probeCases } from './probe-cases.ts';
import { KNOWN_IN_TENANT } from './probe-kinds.ts';
import { probeShapes } from './probe-shape.ts';
import { openProber, probe, type Prober } from './probe.ts';

export const OUTSIDERS = ['a user of another tenant', 'an admin of another tenant'] as const;
export const NEIGHBOURS = ['a guest of the same tenant', 'a member of the same tenant'] as const;
export type ProberName = (typeof OUTSIDERS)[number] | (typeof NEIGHBOURS)[number];
export const isOutsider = (name: ProberName): boolean => OUTSIDERS.some((one) => one === name);

/** Every procedure: what changes nothing first, decisions last, because they set the callers' own runs going. */
export const PROCEDURES: Procedure[] = [...proceduresOf(appRouter).values()].toSorted(
  (a, b) => turnOf(a) - turnOf(b),
);

function turnOf({ path, type }: Procedure): number {
  if (type !== 'mutation') return 0;
  return path.startsWith('hitl.') ? 2 : 1;
}

/** Somebody with one thing of each kind, and by name pairs of callers who have nothing to do with them. */
export interface ProbeStage {
  victim: Prober;
  twins(name: ProberName): readonly [Prober, Prober];
}

export async function openProbeStage(server: TestServer, names: readonly ProberName[]): Promise<ProbeStage> {
  const tenantId = await createTestTenant(server.node.backend);
  const open = async (world: ProbeWorld): Promise<Prober> => await openProber(server, world);
  const victim = await open(await createProbeWorld(server, { role: 'admin', tenantId, rank: 'first' }));
  const pairs = new Map<ProberName, readonly [Prober, Prober]>();
  for (const name of names) {
    const first = await open(await worldOf(server, { name, tenantId }));
    pairs.set(name, [first, await open(await worldOf(server, { name, tenantId }))]);
  }
  return {
    victim,
    twins(name) {
      const found = pairs.get(name);
      if (found === undefined) throw new Error(`nobody here is ${name}`);
      return found;
    },
  };
}

async function worldOf(
  server: TestServer,
  { name, tenantId }: { name: ProberName; tenantId: string },
): Promise<ProbeWorld> {
  const { backend } = server.node;
  switch (name) {
    case 'a user of another tenant':
      return await createProbeWorld(server, {
        role: 'user',
        tenantId: await createTestTenant(backend),
        rank: 'later',
      });
    case 'an admin of another tenant':
      return await createProbeWorld(server, {
        role: 'admin',
        tenantId: await createTestTenant(backend),
        rank: 'later',
      });
    case 'a guest of the same tenant': {
      const host = await createProbeWorld(server, { role: 'user', tenantId, rank: 'later' });
      return await createProbeGuest(server, host);
    }
    case 'a member of the same tenant':
      return await createProbeWorld(server, { role: 'user', tenantId, rank: 'later' });
  }
}

/** What this caller can try with a procedure. Throws when a field of its input is not known. */
export function casesFor(name: ProberName, { path, input }: Procedure): ProbeCase[] {
  const cases = probeCases(probeShapes(path, input));
  if (isOutsider(name)) return cases;
  return cases.filter(({ strange }) => !strange.some(({ kind }) => KNOWN_IN_TENANT.has(kind)));
}

/** Proves that asking for what is the victim's tells as much as asking for what is nobody's. */
export async function expectNothingTold(
  { victim, twins }: ProbeStage,
  { name, procedure, probed }: { name: ProberName; procedure: Procedure; probed: ProbeCase },
  askBy: (prober: Prober, input: Json | undefined) => Promise<string>,
): Promise<void> {
  const outcome = await probe({ victim, twins: twins(name) }, { ...probed, procedure }, askBy);
  const title = `${procedure.path} with ${probed.name}${probed.isMixed ? ' after their own' : ''}`;
  expect(outcome.foreign, title).toBe(outcome.random);
  expect(outcome.leaks, title).toEqual([]);
}
