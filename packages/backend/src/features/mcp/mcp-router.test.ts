import { randomUUID } from 'node:crypto';
import type { Role } from '@aura/contract';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { withTransaction } from '../../db/transaction.ts';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { callerOn, createTestCaller, createTestTenant, type TestCaller } from '../../testing/test-caller.ts';
import { refusalOf } from '../auth/auth-testing.ts';
import { addHttp, addProgram, mcpOf } from './mcp-testing.ts';
import { startMcpServer, type TestMcpServer } from './testing/http-server.ts';
import { createTestLog, SECRET } from './testing/targets.ts';

const { log, lines } = createTestLog();
let test: TestBackend;
let server: TestMcpServer;
let admin: TestCaller;
beforeAll(async () => {
  server = await startMcpServer('modern', SECRET);
  const config = { allowsStdioTools: true, toolHttpAllow: ['127.0.0.1'] };
  test = await createTestBackend({ isStarted: false, config, overrides: { log } });
});
beforeEach(async () => {
  admin = await stranger();
});
afterAll(async () => {
  await test[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

const name = (): string => `s${randomUUID().slice(0, 8)}`;
const stranger = async (role: Role = 'admin'): Promise<TestCaller> =>
  await createTestCaller(test.backend, { role, tenantId: await createTestTenant(test.backend) });
const url = 'https://mcp.example/mcp';
const traits = { risk: 'read', repeat: 'pure', taints: false } as const;

/** Every procedure, about this server. */
const calls = (serverId: string) =>
  ({
    list: async (caller: TestCaller) => await mcpOf(caller).list(),
    add: async (caller: TestCaller) => await addHttp(caller, name(), url),
    update: async (caller: TestCaller) => await mcpOf(caller).update({ serverId, isEnabled: false }),
    remove: async (caller: TestCaller) => await mcpOf(caller).remove({ serverId }),
    test: async (caller: TestCaller) => await mcpOf(caller).test({ serverId }),
    classifyTool: async (caller: TestCaller) =>
      await mcpOf(caller).classifyTool({ serverId, tool: 'add', version: '1', traits }),
  }) as const;
const PROCEDURES = ['list', 'add', 'update', 'remove', 'test', 'classifyTool'] as const;

describe.each(PROCEDURES)('mcp.%s', (procedure) => {
  it('is for admins, and for keys with the scope admin', async () => {
    const { id } = await addHttp(admin, name(), url);
    const call = calls(id)[procedure];
    for (const role of ['user', 'guest'] as const) {
      expect(
        await refusalOf(
          call(await createTestCaller(test.backend, { role, tenantId: admin.ctx.caller.tenantId })),
        ),
      ).toMatchObject({
        code: 'FORBIDDEN',
      });
    }
    const key = callerOn(test.backend, {
      ...admin.ctx.caller,
      scopes: ['read', 'write', 'approvals:decide'],
    });
    expect(await refusalOf(call(key))).toMatchObject({ code: 'FORBIDDEN' });
    const adminKey = callerOn(test.backend, { ...admin.ctx.caller, scopes: ['admin'] });
    await call(adminKey);
  });
});

describe.each(['update', 'remove', 'test', 'classifyTool'] as const)('mcp.%s', (procedure) => {
  it('knows no server of another tenant: the same answer as for one that never was', async () => {
    const { id } = await addHttp(admin, name(), url);
    const other = await stranger();
    const [hidden, missing] = await Promise.all(
      [id, randomUUID()].map(async (serverId) => await refusalOf(calls(serverId)[procedure](other))),
    );
    expect(hidden).toMatchObject({ code: 'NOT_FOUND' });
    expect(hidden?.message).toBe(missing?.message);
    expect((await mcpOf(admin).list()).find((found) => found.id === id)).toMatchObject({ isEnabled: true });
    expect(await mcpOf(other).list()).toEqual([]);
  });
});

describe('a server', () => {
  it('is listed with all but its secrets, which nothing tells again', async () => {
    const added = [await addHttp(admin, name(), server.url), await addProgram(admin, name())];
    expect(added[0]).toMatchObject({
      transport: 'http',
      url: server.url,
      headerNames: ['Authorization'],
      envNames: [],
    });
    expect(added[1]).toMatchObject({
      transport: 'stdio',
      command: process.execPath,
      envNames: ['TEST_SECRET'],
    });
    const answers: unknown[] = [...added, await mcpOf(admin).list()];
    for (const { id: serverId } of added) {
      answers.push(await mcpOf(admin).test({ serverId }));
      answers.push(await mcpOf(admin).update({ serverId, isEnabled: false }));
    }
    const rows = await withTransaction(admin.ctx, async ({ db }) => [
      await db.selectFrom('mcpServers').selectAll().execute(),
      await db.selectFrom('auditLog').selectAll().execute(),
    ]);
    expect(JSON.stringify([answers, rows, lines])).not.toContain(SECRET);
  });

  it.each([
    { name: 'Has Capitals' },
    { name: 'a__b' },
    { name: '-a' },
    { name: '' },
    { name: 'a'.repeat(25) },
    { url: 'file:///etc/passwd' },
    { url: 'not a url' },
    { headers: { Host: 'a' } },
    { headers: { 'Mcp-Session-Id': 'a' } },
    { headers: { 'a b': 'c' } },
    { headers: { a: 'b\r\nc: d' } },
    { headers: { a: '' } },
    { transport: 'stdio' as const, command: '' },
    { transport: 'stdio' as const, command: 'a', env: { 'A=B': 'c' } },
  ])('is refused when it cannot be one: %j', async (wrong) => {
    const input = { transport: 'http' as const, name: name(), url, ...wrong };
    // What clients of other languages may send.
    await expect(mcpOf(admin).add(input as never)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });

  it('that is a program is refused where programs are switched off, with what to do', async () => {
    const program = await addProgram(admin, name());
    const config = { ...test.config, allowsStdioTools: false };
    const there = { ...admin, ctx: { ...admin.ctx, config } };
    for (const refused of [
      addProgram(there, name()),
      mcpOf(there).test({ serverId: program.id }),
      mcpOf(there).update({ serverId: program.id, command: 'other' }),
    ]) {
      expect(await refusalOf(refused)).toMatchObject({
        code: 'BAD_INPUT',
        message: expect.stringContaining('AURA_STDIO_TOOLS'),
      });
    }
    expect(await mcpOf(there).remove({ serverId: program.id })).toEqual({});
  });

  it('has a name of its own in its tenant, however many add it at once', async () => {
    const taken = name();
    const added = await Promise.allSettled([1, 2, 3].map(async () => await addHttp(admin, taken, url)));
    expect(added.filter(({ status }) => status === 'fulfilled').length).toBe(1);
    expect(await refusalOf(addHttp(admin, taken, url))).toMatchObject({ code: 'CONFLICT' });
    const other = await addHttp(admin, name(), url);
    expect(await refusalOf(mcpOf(admin).update({ serverId: other.id, name: taken }))).toMatchObject({
      code: 'CONFLICT',
    });
    expect(await addHttp(await stranger(), taken, url)).toMatchObject({ name: taken });
  });

  it('is one of twenty at most', async () => {
    const crowded = await stranger();
    await Promise.all(Array.from({ length: 20 }, async (_, at) => await addHttp(crowded, `s${at}`, url)));
    expect(await refusalOf(addHttp(crowded, 'one-more', url))).toMatchObject({ code: 'CONFLICT' });
  });
});

describe('changing a server', () => {
  it('keeps what is not mentioned, and secrets only for the place they were given for', async () => {
    const { id: serverId } = await mcpOf(admin).add({
      transport: 'http',
      name: name(),
      url,
      headers: { Authorization: 'Bearer one', 'X-Other': 'two' },
    });
    const change = async (fields: object) => await mcpOf(admin).update({ serverId, ...fields });
    expect(await change({ isEnabled: false })).toMatchObject({
      url,
      headerNames: ['Authorization', 'X-Other'],
    });
    expect(await change({ headers: { 'x-other': null, 'X-New': 'three' } })).toMatchObject({
      headerNames: ['Authorization', 'X-New'],
    });
    expect(await change({ url: 'https://mcp.example/other' })).toMatchObject({
      headerNames: ['Authorization', 'X-New'],
      isEnabled: false,
    });
    expect(await change({ url: 'https://evil.example/other' })).toMatchObject({ headerNames: [] });
    expect(await change({ url, headers: { Authorization: 'again' } })).toMatchObject({
      headerNames: ['Authorization'],
    });

    const program = await addProgram(admin, name());
    expect(await mcpOf(admin).update({ serverId: program.id, args: ['-e', 'steal()'] })).toMatchObject({
      envNames: [],
    });
  });

  it('does not turn it into one of another kind', async () => {
    const { id: serverId } = await addHttp(admin, name(), url);
    expect(await refusalOf(mcpOf(admin).update({ serverId, command: 'sh' }))).toMatchObject({
      code: 'BAD_INPUT',
    });
    const program = await addProgram(admin, name());
    expect(await refusalOf(mcpOf(admin).update({ serverId: program.id, url }))).toMatchObject({
      code: 'BAD_INPUT',
    });
  });

  it('is written down, with who did it', async () => {
    const { id: serverId } = await addHttp(admin, name(), `${url}?key=hidden`);
    await mcpOf(admin).classifyTool({ serverId, tool: 'add', version: '1', traits });
    await mcpOf(admin).update({ serverId, headers: { Authorization: SECRET } });
    await mcpOf(admin).remove({ serverId });
    const rows = await withTransaction(
      admin.ctx,
      async ({ db }) =>
        await db.selectFrom('auditLog').selectAll().where('subject', '=', serverId).orderBy('id').execute(),
    );
    expect(rows.map(({ action }) => action)).toEqual([
      'mcp.server_added',
      'mcp.tool_classified',
      'mcp.server_updated',
      'mcp.server_removed',
    ]);
    expect(rows.every(({ actorId }) => actorId === admin.ctx.caller.userId)).toBe(true);
    expect(rows[0]?.data).toMatchObject({ url });
    expect(rows[2]?.data).toMatchObject({ fields: ['headers'] });
  });
});

describe('testing a server', () => {
  it('tells what agents get from it, and how each tool is taken', async () => {
    const { id: serverId, name: its } = await addHttp(admin, name(), server.url);
    const ask = async () => {
      const outcome = await mcpOf(admin).test({ serverId });
      if (outcome.status === 'failed') expect.fail(outcome.reason);
      return outcome.tools.find((tool) => tool.name === 'add') ?? expect.fail('no tool add');
    };
    const add = await ask();
    expect(add).toMatchObject({
      toolName: `${its}__add`,
      description: 'Adds two numbers.',
      isClassified: false,
      traits: { risk: 'external', repeat: 'once', taints: true },
    });
    await mcpOf(admin).classifyTool({ serverId, tool: 'add', version: add.version, traits });
    expect(await ask()).toMatchObject({ isClassified: true, traits });
    await mcpOf(admin).classifyTool({ serverId, tool: 'add', version: add.version, traits: null });
    expect(await ask()).toMatchObject({ isClassified: false });
  });

  it('tells why there is nothing, in words that hold no secret', async () => {
    await using broken = await startMcpServer('modern');
    broken.behave((res) => res.writeHead(401).end(`not ${SECRET}`));
    const { id: serverId } = await addHttp(admin, name(), broken.url);
    expect(await mcpOf(admin).test({ serverId })).toEqual({
      status: 'failed',
      reason: 'It refuses the credentials (HTTP 401).',
    });
    const inside = await addHttp(admin, name(), 'https://10.0.0.1/mcp');
    expect(await mcpOf(admin).test({ serverId: inside.id })).toMatchObject({
      status: 'failed',
      reason: expect.stringContaining('not on the public internet'),
    });
  });

  it('calls nothing that changes things pure', async () => {
    const { id: serverId } = await addHttp(admin, name(), url);
    for (const risk of ['write', 'shared'] as const) {
      const wrong = { risk, repeat: 'pure', taints: false } as const;
      const call = mcpOf(admin).classifyTool({ serverId, tool: 'a', version: '1', traits: wrong });
      await expect(call).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    }
  });
});
