import type { Tool } from './tool.ts';

export interface ToolRegistry {
  readonly all: readonly Tool[];
  find(name: string): Tool | undefined;
}

/** Throws when two tools have one name. */
export function createToolRegistry(tools: readonly Tool[]): ToolRegistry {
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  if (byName.size !== tools.length) throw new Error('Two tools have the same name; rename one of them.');
  return { all: tools, find: (name) => byName.get(name) };
}
