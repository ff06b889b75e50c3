import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createTestServer, type TestServer } from '../testing/test-server.ts';
import { leaksIn } from './probe-answer.ts';
import { probe } from './probe.ts';
import { casesFor, expectNothingTold, openProbeStage, OUTSIDERS, PROCEDURES, type ProbeStage } from './probe-stage.ts';
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
  stage = await openProbeStage(server, OUTSIDERS);
});
afterAll(async () => {
  await stage[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

/** With these layers until it is disposed of, then with both again. */
function onlyWith(left: Partial<Layers>): Disposable {
  Object.assign(layers, { hasFilters: false, hasRowSecurity: false, strippedCount: 0 }, left);
  return {
    [Symbol.dispose]: () => void Object.assign(layers, { hasFilters: true, hasRowSecurity: true }),
  };
}

describe('taking the filters out of a query', () => {
  it.each([
    ['select * from "runs" where "tenant_id" = $1 and "id" = $2', 'select * from "runs" where ($1::uuid is not null) and "id" = $2'],
    ['where "m"."tenant_id" = $3', 'where ($3::uuid is not null)'],
    ['where r.tenant_id = $1 and x.tenant_id = r.tenant_id', 'where ($1::uuid is not null) and x.tenant_id = r.tenant_id'],
    ['insert into a (tenant_id) values ($1)', 'insert into a (tenant_id) values ($1)'],
  ])('of %s', (query, stripped) => {
    expect(withoutFilters(query)).toBe(stripped);
  });
});

describe.each(OUTSIDERS)('row-level security alone: %s', (name) => {
  const rows = async (): Promise<string[]> =>
    await readRows(server.node.backend.database, stage.victim.world.known.tenant ?? '');

  it.each(PROCEDURES)('is told as much as of what is nobody’s: $path', async (procedure) => {
    using _ = onlyWith({ hasRowSecurity: true });
    const before = procedure.type === 'mutation' ? await rows() : [];
    for (const probed of casesFor(name, procedure)) {
      await expectNothingTold(
        stage,
        { name, procedure, probed },
        async ({ wire }, input) => await wire.ask(procedure, input),
      );
    }
    if (procedure.type === 'mutation') expect(await rows()).toEqual(before);
  });

  it('is shown nothing of other tenants in any list', async () => {
    using _ = onlyWith({ hasRowSecurity: true });
    const [{ wire, said }] = stage.twins(name);
    for (const procedure of PROCEDURES.filter(({ type }) => type === 'query')) {
      const answer = await wire.ask(procedure, {});
      const leaks = leaksIn(answer, { victim: stage.victim.world.known, sent: [...said] });
      expect(leaks, procedure.path).toEqual([]);
    }
    expect(layers.strippedCount).toBeGreaterThan(5);
  });
});

describe('with neither layer', () => {
  it('these probes find what leaks', async () => {
    using _ = onlyWith({});
    const found = new Set<string>();
    const name = 'an admin of another tenant';
    for (const procedure of PROCEDURES.filter(({ type }) => type === 'query')) {
      for (const probed of casesFor(name, procedure)) {
        const outcome = await probe(
          { victim: stage.victim, twins: stage.twins(name) },
          { ...probed, procedure },
          async ({ wire }, input) => await wire.ask(procedure, input),
        );
        if (outcome.foreign !== outcome.random || outcome.leaks.length > 0) found.add(procedure.path);
      }
    }
    console.log([...found]);
    expect([...found]).toEqual(expect.arrayContaining(['mcp.list']));
  });
});
