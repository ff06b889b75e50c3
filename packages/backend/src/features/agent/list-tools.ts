import type { ToolView } from '@aura/contract';
import type { CallerContext } from '../../context.ts';

/** The tools an agent of the caller's tenant may use, with what each may do to the world. */
export async function listTools({ tools, caller }: CallerContext): Promise<ToolView[]> {
  const { all } = await tools.of(caller.tenantId);
  return all.map(({ name, description, version, risk, repeat, inputSchema }) => ({
    name,
    description,
    version,
    risk,
    repeat,
    inputSchema,
  }));
}
