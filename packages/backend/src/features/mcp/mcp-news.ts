import { idSchema } from '@aura/contract';
import type { Bus, BusSubscription } from '../../realtime/bus.ts';

const CHANNEL = 'aura:mcp:changed';

/** Tells every node, this one too, that the tenant's servers changed. Call after the commit. */
export function announceMcpChange(bus: Bus, tenantId: string): void {
  bus.publish(CHANNEL, tenantId);
}

export async function onMcpChange(bus: Bus, listener: (tenantId: string) => void): Promise<BusSubscription> {
  return await bus.subscribe(CHANNEL, (message) => {
    // Anyone who can reach Redis can write there; what makes no sense is no hint.
    const { data } = idSchema.safeParse(message);
    if (data !== undefined) listener(data);
  });
}
