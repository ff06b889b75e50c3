import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appRouter } from '../app-router.ts';
import { createTestServer, type TestServer } from '../testing/test-server.ts';
import { collectEndpoints } from '../transports/rest/collect-endpoints.ts';
import { inputOf } from './probe-cases.ts';
import { leavesOf, probeShapes, requiredLeavesOf } from './probe-shape.ts';
import {
  casesFor,
  expectNothingTold,
  isOutsider,
  NEIGHBOURS,
  openProbeStage,
  OUTSIDERS,
  PROCEDURES,
  type ProbeStage,
} from './probe-stage.ts';
import { readRows } from './read-rows.ts';

const CALLERS = [...OUTSIDERS, ...NEIGHBOURS];
const ENDPOINTS = collectEndpoints(appRouter).map((endpoint) => ({
  endpoint,
  name: `${endpoint.route.method} ${endpoint.route.path}`,
}));

let server: TestServer;
let stage: ProbeStage;
beforeAll(async () => {
  server = await createTestServer();
  stage = await openProbeStage(server, CALLERS);
});
afterAll(async () => await server[Symbol.asyncDispose]());

describe('the input of a procedure', () => {
  it.each(PROCEDURES)('has no field of which nobody said what it names: $path', ({ path, input }) => {
    expect(() => probeShapes(path, input)).not.toThrow();
  });
});

describe.each(CALLERS)('%s', (name) => {
  /** All of the victim's tenant; for somebody who lives there as well, what mentions the victim's things. */
  const rows = async (): Promise<string[]> => {
    const {
      tenant = '',
      user,
      conversation,
      run,
      approval,
      room,
      apiKey,
      session,
    } = stage.victim.world.known;
    const all = await readRows(server.node.backend.database, tenant);
    if (isOutsider(name)) return all;
    const theirs = [user, conversation, run, approval, room, apiKey, session];
    // That somebody was refused is noted, with what they asked for.
    return all.filter((row) => !row.startsWith('audit_log') && theirs.some((id) => row.includes(id ?? '')));
  };
  let before: string[];
  beforeAll(async () => {
    before = await rows();
  });

  it.each(PROCEDURES)('is told as much as of what is nobody’s: $path', async (procedure) => {
    for (const probed of casesFor(name, procedure)) {
      await expectNothingTold(
        stage,
        { name, procedure, probed },
        async ({ wire }, input) => await wire.ask(procedure, input),
      );
    }
  });

  it.each(ENDPOINTS)('is told as much as of what is nobody’s: $name', async ({ endpoint }) => {
    const { procedure } = endpoint;
    for (const probed of casesFor(name, procedure)) {
      await expectNothingTold(
        stage,
        { name, procedure, probed },
        async ({ wire }, input) => await wire.askRest(endpoint, input),
      );
    }
  });

  it('is told as much as of what is nobody’s by the routes of files', async () => {
    const [first, second] = stage.twins(name);
    const { room = '', attachment = '' } = stage.victim.world.known;
    const upload = { method: 'POST', headers: { authorization: `Bearer ${first.world.token}` }, body: 'x' };
    for (const [id, path, init] of [
      [attachment, '/api/attachments/:id', {}],
      [attachment, '/api/attachments/:id?signature=x', {}],
      [room, '/api/rooms/:id/attachments?name=x', upload],
    ] as const) {
      const other = second.standIn(id);
      const foreign = await first.wire.askAt(path.replace(':id', id), init);
      const random = await first.wire.askAt(path.replace(':id', other), init);
      const plain = (text: string, own: string): string =>
        text.replaceAll(own, '<id>').replaceAll(/"requestId":"[^"]*"/g, '');
      expect(plain(foreign, id)).toBe(plain(random, other));
      expect(foreign).toMatch(/^40[134] /);
    }
  });

  it('has changed nothing of what is not theirs', async () => {
    expect(before.length).toBeGreaterThan(20);
    expect(await rows()).toEqual(before);
  });
});

/** What takes away what others are tried with goes last: parts before what they are in, the session at the very end. */
function turnOf(path: string): number {
  if (path === 'auth.switchTenant') return 3;
  if (/\.(delete|leaveRoom)$/.test(path)) return 2;
  return /\.(delete|remove|clear|archive|revoke)/.test(path) ? 1 : 0;
}

/** Refusals that come after the ids were found good, or of what another case of these probes leaves out. */
const OTHERWISE: Readonly<Record<string, RegExp>> = {
  'conversation.fork': /give either/,
  'hitl.approve': /only respond or reject/,
  'mcp.add': /Programs on this server are switched off/,
};

describe('the owner', () => {
  const asked = PROCEDURES.filter(({ path, input }) =>
    probeShapes(path, input).some((shape) => requiredLeavesOf(shape).length > 0),
  ).toSorted((a, b) => turnOf(a.path) - turnOf(b.path));

  it('is told and may do what these probes are refused: the ids and inputs are good', async () => {
    const refused: string[] = [];
    for (const procedure of asked) {
      for (const shape of probeShapes(procedure.path, procedure.input)) {
        const { world, wire } = stage.victim;
        const cursors = leavesOf(shape).filter(({ kind }) => kind === 'cursor');
        const known = { cursor: 'v1.00000000.0', ...world.known };
        const input = inputOf(
          { shape, name: '', strange: [...requiredLeavesOf(shape), ...cursors], isMixed: false },
          {
            email: world.email,
            own: ({ kind }) => known[kind] ?? '',
            strange: ({ kind }) => known[kind] ?? '',
          },
        );
        const answer = await wire.ask(procedure, input);
        if (OTHERWISE[procedure.path]?.test(answer) === true) continue;
        if (/"code":"(BAD_INPUT|NOT_FOUND|UNAUTHORIZED|SESSION_REVOKED|INTERNAL)"/.test(answer)) {
          refused.push(`${procedure.path} ${answer.slice(0, 200)}`);
        }
      }
    }
    expect(refused).toEqual([]);
  });
});
