import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createTestServer, type TestServer } from '../testing/test-server.ts';
import { leaksIn } from './probe-answer.ts';
import { probe } from './probe.ts';
import { casesFor, expectNothingTold, openProbeStage, PROCEDURES, type ProbeStage } from './probe-stage.ts';
import { readRows } from './read-rows.ts';
import { withoutFilters, type Layers } from './without-layers.ts';

const layers = vi.hoisted((): Layers => ({ hasFilters: true, hasRowSecurity: true, strippedCount: 0 }));
vi.mock(import('../db/database.ts'), async (load) => {
  const { kyselyOn } = await load();
  const { withoutLayers } = await import('./without-layers.ts');
  return { kyselyOn: (dialect) => kyselyOn(withoutLayers(dialect, layers)) };
});

let server: TestServer;
let stage: ProbeStage;
beforeAll(async () => {
  server = await createTestServer();
  stage = await openProbeStage(server, [name]);
});
afterAll(async () => await server[Symbol.asyncDispose]());

/** With these layers until it is disposed of, then with both again. */
function onlyWith(left: Partial<Layers>): Disposable {
  Object.assign(layers, { hasFilters: false, hasRowSecurity: false, strippedCount: 0 }, left);
  return {
    [Symbol.dispose]: () => void Object.assign(layers, { hasFilters: true, hasRowSecurity: true }),
  };
}

describe('taking the filters out of a query', () => {
  it.each([
    [
      'select * from "runs" where "tenant_id" = $1 and "id" = $2',
      'select * from "runs" where ($1::uuid is not null) and "id" = $2',
    ],
    ['where "m"."tenant_id" = $3', 'where ($3::uuid is not null)'],
    [
      'where r.tenant_id = $1 and x.tenant_id = r.tenant_id',
      'where ($1::uuid is not null) and x.tenant_id = r.tenant_id',
    ],
    ['insert into a (tenant_id) values ($1)', 'insert into a (tenant_id) values ($1)'],
  ])('of %s', (query, stripped) => {
    expect(withoutFilters(query)).toBe(stripped);
  });
});

/** What leaks to them leaks to a user as well, unless it is for admins. */
const name = 'an admin of another tenant';

/** Queries whose plain answer holds something of the victim's. */
async function leakingLists(): Promise<string[]> {
  const [{ wire, said }] = stage.twins(name);
  const leaking: string[] = [];
  for (const procedure of PROCEDURES.filter(({ type }) => type === 'query')) {
    const leaks = leaksIn(await wire.ask(procedure, {}), {
      victim: stage.victim.world.known,
      sent: [...said],
    });
    if (leaks.length > 0) leaking.push(procedure.path);
  }
  return leaking;
}

describe('with neither layer', () => {
  // First: what one has said oneself is no leak any more.
  it('these probes find what leaks, so that their silence means something', async () => {
    const procedure = PROCEDURES.find(({ path }) => path === 'usage.tenant');
    if (procedure === undefined) return expect.unreachable();
    // Asked for while the layers hold, so that the victim's pages and cursors are the victim's.
    for (const { shape } of casesFor(name, procedure)) {
      for (const one of [stage.victim, ...stage.twins(name)]) await one.placesIn(procedure, shape);
    }
    using _ = onlyWith({});
    expect(await leakingLists()).toEqual(expect.arrayContaining(['mcp.list']));
    const told: boolean[] = [];
    for (const probed of casesFor(name, procedure)) {
      const outcome = await probe(
        { victim: stage.victim, twins: stage.twins(name) },
        { ...probed, procedure },
        async ({ wire }, input) => await wire.ask(procedure, input),
      );
      told.push(outcome.foreign !== outcome.random);
    }
    expect(told).toContain(true);
  });
});

describe('row-level security alone', () => {
  const rows = async (): Promise<string[]> =>
    await readRows(server.node.backend.database, stage.victim.world.known.tenant ?? '');
  let before: string[];
  beforeAll(async () => {
    before = await rows();
  });

  it('shows nothing of other tenants in any list', async () => {
    using _ = onlyWith({ hasRowSecurity: true });
    expect(await leakingLists()).toEqual([]);
    expect(layers.strippedCount).toBeGreaterThan(5);
  });

  it.each(PROCEDURES)(
    'tells an admin of another tenant as much as of what is nobody’s: $path',
    async (procedure) => {
      using _ = onlyWith({ hasRowSecurity: true });
      for (const probed of casesFor(name, procedure)) {
        await expectNothingTold(
          stage,
          { name, procedure, probed },
          async ({ wire }, input) => await wire.ask(procedure, input),
        );
      }
    },
  );

  it('lets an admin of another tenant change nothing', async () => {
    expect(await rows()).toEqual(before);
  });
});
