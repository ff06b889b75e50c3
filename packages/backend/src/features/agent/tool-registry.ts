import type { Tool } from './tool.ts';

/** The tools of one tenant at one moment. */
export interface ToolSet {
  readonly all: readonly Tool[];
  find(name: string): Tool | undefined;
}

/** Where tools come from that are not in the code: the servers a tenant has configured. */
export interface ToolSource {
  toolsOf(tenantId: string): Promise<readonly Tool[]>;
}

export interface ToolRegistry {
  /** What the tenant's agents may use: the tools in code, then those of its sources. A name that is taken is left out. */
  of(tenantId: string): Promise<ToolSet>;
}

/** Throws when two tools in code have one name. */
export function createToolRegistry(
  inCode: readonly Tool[],
  sources: readonly ToolSource[] = [],
): ToolRegistry {
  const fixed = toolSet(inCode);
  if (new Set(inCode.map(({ name }) => name)).size !== inCode.length) {
    throw new Error('Two tools have the same name; rename one of them.');
  }
  return {
    async of(tenantId) {
      if (sources.length === 0) return fixed;
      const found = await Promise.all(sources.map(async (source) => await source.toolsOf(tenantId)));
      return toolSet([...inCode, ...found.flat()]);
    },
  };
}

/** Those that a run in a room may use. */
export function toolsForRoom({ all }: ToolSet): ToolSet {
  return toolSet(all.filter(({ isPersonal }) => isPersonal !== true));
}

function toolSet(tools: readonly Tool[]): ToolSet {
  const byName = new Map<string, Tool>();
  for (const tool of tools) if (!byName.has(tool.name)) byName.set(tool.name, tool);
  return { all: [...byName.values()], find: (name) => byName.get(name) };
}
