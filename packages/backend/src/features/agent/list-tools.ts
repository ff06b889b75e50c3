import type { ToolView } from '@aura/contract';
import type { Core } from '../../context.ts';

/** The tools an agent may use here, with what each may do to the world. */
export function listTools({ tools }: Pick<Core, 'tools'>): ToolView[] {
  return tools.all.map(({ name, description, risk, repeat, inputSchema }) => ({
    name,
    description,
    risk,
    repeat,
    inputSchema,
  }));
}
