import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createInProcessBus } from '../../realtime/in-process-bus.ts';
import { collectEvents } from '../../testing/conversations.ts';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestCaller, createTestTenant, type TestCaller } from '../../testing/test-caller.ts';
import { ask, outcomeOf } from '../agent/agent-testing.ts';
import { builtInTools } from '../agent/built-in-tools.ts';
import type { Tool } from '../agent/tool.ts';
import { createToolRegistry } from '../agent/tool-registry.ts';
import { callTool } from '../agent/tools/tool-testing.ts';
import { addHttp, addProgram, mcpOf } from './mcp-testing.ts';
import type { McpToolsTimes } from './mcp-times.ts';
import { createMcpTools, type McpTools } from './mcp-tools.ts';
import { startMcpServer, type TestMcpServer } from './testing/http-server.ts';
import { createTestLog, isAlive, SECRET } from './testing/targets.ts';

let test: TestBackend;
let server: TestMcpServer;
beforeAll(async () => {
  server = await startMcpServer('modern', SECRET);
  const config = { allowsStdioTools: true, toolHttpAllow: ['127.0.0.1'] };
  test = await createTestBackend({ isStarted: false, config });
});
afterAll(async () => {
  await test[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

/** An admin of a tenant of its own. */
async function admin(): Promise<TestCaller> {
  return await createTestCaller(test.backend, {
    role: 'admin',
    tenantId: await createTestTenant(test.backend),
  });
}
const node = async (times: Partial<McpToolsTimes> = {}): Promise<McpTools> =>
  await createMcpTools(test.backend, { waitMs: 15_000, ...times });
const namesOf = async (tools: McpTools, { ctx }: TestCaller): Promise<string[]> =>
  (await tools.toolsOf(ctx.caller.tenantId)).map(({ name }) => name);

/** What an admin who tests the server is shown, and classifies. */
async function versionOfAdd(user: TestCaller, serverId: string): Promise<string> {
  const looked = await mcpOf(user).test({ serverId });
  if (looked.status === 'failed') expect.fail(looked.reason);
  return looked.tools.find(({ name }) => name === 'add')?.version ?? expect.fail('no tool add');
}

/** The process behind the tenant's server `local`, and the tool that tells it. */
async function pidOf(tools: McpTools, user: TestCaller): Promise<{ tool: Tool; pid: number }> {
  const all = await tools.toolsOf(user.ctx.caller.tenantId);
  const tool = all.find(({ name }) => name === 'local__pid') ?? expect.fail('no tool local__pid');
  return { tool, pid: Number((await callTool(user, tool, { args: {} })).result) };
}
/** Starting programs takes a while on a machine that runs other tests. */
const SLOWLY = { timeout: 20_000 };

describe('the tools of a tenant', () => {
  it('are those of its servers and of nobody else’s', async () => {
    await using tools = await node();
    const [one, other, none] = [await admin(), await admin(), await admin()];
    await addHttp(one, 'calc', server.url);
    await addHttp(other, 'calc', server.url);
    await addProgram(other, 'local');
    expect(await namesOf(tools, one)).toContain('calc__add');
    expect(await namesOf(tools, one)).not.toContain('local__add');
    expect(await namesOf(tools, other)).toEqual(expect.arrayContaining(['calc__add', 'local__add']));
    expect(await namesOf(tools, none)).toEqual([]);
    expect(await tools.toolsOf(randomUUID())).toEqual([]);
  });

  it('can be called like any other, with arguments that fit and the call’s key', async () => {
    await using tools = await node();
    const user = await admin();
    await addHttp(user, 'calc', server.url);
    const all = await createToolRegistry([], [tools]).of(user.ctx.caller.tenantId);
    const find = (name: string) => all.find(name) ?? expect.fail(`no tool ${name}`);
    expect(await callTool(user, find('calc__add'), { args: { a: 1, b: 2 } })).toEqual({ result: '3' });
    expect(await callTool(user, find('calc__key'), { args: {} })).toEqual({ result: '"aura:run:call"' });
    await expect(callTool(user, find('calc__add'), { args: { a: 'x' } })).rejects.toThrow(
      /arguments do not fit/,
    );
    await expect(callTool(user, find('calc__fail'), { args: {} })).rejects.toThrow('with [secret]');
  });

  it('are external, once and tainting until an admin says otherwise, for the version that was looked at', async () => {
    await using tools = await node({ rowsTtlMs: 60_000 });
    const user = await admin();
    const { id: serverId } = await addHttp(user, 'calc', server.url);
    const add = async () =>
      (await tools.toolsOf(user.ctx.caller.tenantId)).find(({ name }) => name === 'calc__add') ??
      expect.fail('no tool calc__add');
    const careful = { risk: 'external', repeat: 'once', taints: true };
    expect(await add()).toMatchObject(careful);
    const version = await versionOfAdd(user, serverId);
    const read = { risk: 'read', repeat: 'pure', taints: false } as const;
    await mcpOf(user).classifyTool({ serverId, tool: 'add', version, traits: read });
    await expect.poll(add, SLOWLY).toMatchObject(read);
    // The server changed the tool since: what was said was about another one.
    await mcpOf(user).classifyTool({ serverId, tool: 'add', version: 'older', traits: read });
    await expect.poll(add, SLOWLY).toMatchObject(careful);
  });

  it('are others as soon as the server is somewhere else: nothing approved or classified there holds here', async () => {
    await using tools = await node({ rowsTtlMs: 60_000 });
    await using twin = await startMcpServer('modern', SECRET);
    const user = await admin();
    const { id: serverId } = await addHttp(user, 'calc', server.url);
    const add = async (): Promise<Tool | undefined> =>
      (await tools.toolsOf(user.ctx.caller.tenantId)).find(({ name }) => name === 'calc__add');
    const version = await versionOfAdd(user, serverId);
    const traits = { risk: 'read', repeat: 'pure', taints: false } as const;
    await mcpOf(user).classifyTool({ serverId, tool: 'add', version, traits });
    await expect.poll(add, SLOWLY).toMatchObject(traits);
    const before = await add();
    await mcpOf(user).update({ serverId, url: twin.url, headers: { Authorization: `Bearer ${SECRET}` } });
    await expect.poll(add, SLOWLY).toMatchObject({ risk: 'external', repeat: 'once', taints: true });
    expect((await add())?.version).not.toBe(before?.version);
  });

  it('follow every change on every node at once', async () => {
    await using here = await node({ rowsTtlMs: 600_000 });
    await using there = await node({ rowsTtlMs: 600_000 });
    const user = await admin();
    const both = async () => [(await namesOf(here, user)).length, (await namesOf(there, user)).length];
    expect(await both()).toEqual([0, 0]);
    const { id: serverId } = await addHttp(user, 'calc', server.url);
    await expect.poll(async () => (await both()).every((count) => count > 0), SLOWLY).toBe(true);
    await mcpOf(user).update({ serverId, isEnabled: false });
    await expect.poll(both, SLOWLY).toEqual([0, 0]);
    await mcpOf(user).update({ serverId, isEnabled: true, name: 'renamed' });
    await expect.poll(async () => await namesOf(there, user), SLOWLY).toContain('renamed__add');
    await mcpOf(user).remove({ serverId });
    await expect.poll(both, SLOWLY).toEqual([0, 0]);
  });

  it('end at once when their server is disabled, also for whoever still holds one', async () => {
    await using tools = await node({ rowsTtlMs: 600_000 });
    const user = await admin();
    const { id: serverId } = await addProgram(user, 'local');
    const { tool, pid } = await pidOf(tools, user);
    await mcpOf(user).update({ serverId, isEnabled: false });
    await expect.poll(() => isAlive(pid), SLOWLY).toBe(false);
    await expect(callTool(user, tool, { args: {} })).rejects.toThrow('cannot be reached');
  });

  it('follow a change whose hint was lost', async () => {
    await using deaf = createInProcessBus();
    await using tools = await createMcpTools(
      { ...test.backend, bus: deaf },
      { waitMs: 15_000, rowsTtlMs: 50 },
    );
    const user = await admin();
    expect(await namesOf(tools, user)).toEqual([]);
    await addHttp(user, 'calc', server.url);
    await expect.poll(async () => await namesOf(tools, user), SLOWLY).toContain('calc__add');
  });

  it('do not include programs where programs are switched off', async () => {
    const user = await admin();
    await addProgram(user, 'local');
    const config = { ...test.backend.config, allowsStdioTools: false };
    await using tools = await createMcpTools({ ...test.backend, config });
    expect(await namesOf(tools, user)).toEqual([]);
  });

  it('of one server that is down are missing; those of others are there', async () => {
    const { log, lines } = createTestLog();
    await using tools = await createMcpTools({ ...test.backend, log }, { waitMs: 15_000 });
    const user = await admin();
    await addHttp(user, 'calc', server.url);
    await addHttp(user, 'down', 'http://127.0.0.1:1/mcp?key=hidden');
    const names = await namesOf(tools, user);
    expect(names).toContain('calc__add');
    expect(names.some((name) => name.startsWith('down__'))).toBe(false);
    expect(lines.join('')).toContain('cannot be reached');
    expect(lines.join('')).not.toMatch(new RegExp(`${SECRET}|hidden`));
  });

  it('whose secrets were sealed with another secret are missing until these are entered again', async () => {
    const user = await admin();
    const { id: serverId } = await addHttp(user, 'calc', server.url);
    const config = { ...test.backend.config, jwtSecret: 'another secret, at least thirty-two bytes long' };
    await using tools = await createMcpTools({ ...test.backend, config });
    expect(await namesOf(tools, user)).toEqual([]);
    const after = { ...user, ctx: { ...user.ctx, config } };
    expect(await mcpOf(after).test({ serverId })).toMatchObject({
      status: 'failed',
      reason: /Enter them again/,
    });
    await mcpOf(after).update({ serverId, headers: { Authorization: 'new' } });
    await expect.poll(async () => await namesOf(tools, user), SLOWLY).toContain('calc__add');
  });
});

describe('connections', () => {
  it('end when nobody used them for a while, and are made again for the next use', async () => {
    await using tools = await node({ idleMs: 300 });
    const user = await admin();
    await addProgram(user, 'local');
    const { pid } = await pidOf(tools, user);
    await expect.poll(() => isAlive(pid), SLOWLY).toBe(false);
    expect((await pidOf(tools, user)).pid).not.toBe(pid);
  });

  it('all end with their node', async () => {
    const tools = await node();
    const user = await admin();
    await addProgram(user, 'local');
    const { pid } = await pidOf(tools, user);
    await tools[Symbol.asyncDispose]();
    expect(isAlive(pid)).toBe(false);
    expect(await namesOf(tools, user)).toEqual([]);
  });

  it('are not begun with an allow list that cannot be read', async () => {
    const config = { ...test.backend.config, toolHttpAllow: ['http://nonsense/'] };
    await expect(createMcpTools({ ...test.backend, config })).rejects.toThrow(/not a place/);
  });
});

describe('in a run', () => {
  it('a remote tool waits for a person until it is classified as one that only reads', async () => {
    let source: McpTools | null = null;
    const toolsOf: McpTools['toolsOf'] = async (tenantId) => (await source?.toolsOf(tenantId)) ?? [];
    const tools = createToolRegistry(builtInTools, [{ toolsOf }]);
    await using ours = await createTestBackend({
      config: { toolHttpAllow: ['127.0.0.1'] },
      overrides: { tools },
    });
    await using mcp = await createMcpTools(ours.backend, { waitMs: 15_000, rowsTtlMs: 0 });
    source = mcp;
    const user = await createTestCaller(ours.backend, { role: 'admin' });
    const { id: serverId } = await addHttp(user, 'calc', server.url);
    const text = '#tool calc__add {"a":1,"b":2}';
    const { conversationId } = await ask(user, text);
    const { events } = await collectEvents(user, conversationId, {
      until: ({ type }) => type === 'run_waiting',
    });
    expect(events.at(-1)).toMatchObject({ type: 'run_waiting' });

    const traits = { risk: 'read', repeat: 'pure', taints: false } as const;
    await mcpOf(user).classifyTool({
      serverId,
      tool: 'add',
      version: await versionOfAdd(user, serverId),
      traits,
    });
    const { run } = await outcomeOf(user, await ask(user, text));
    expect(run.items).toContainEqual(
      expect.objectContaining({ toolName: 'calc__add', status: 'succeeded', result: '3' }),
    );
  });
});
