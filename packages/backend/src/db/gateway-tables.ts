import type { Role } from '@aura/contract';

/** The tables of those who come by a ticket or through a gateway. */
export interface GatewayTables {
  socketTickets: {
    hash: Uint8Array;
    tenantId: string;
    userId: string;
    sessionId: string;
    role: Role;
    /** The end of the access token that the ticket was asked for with. */
    sessionBelievedUntil: Date;
    expiresAt: Date;
  };
  gatewayUsers: {
    tenantId: string;
    gateway: string;
    /** What the gateway calls the user. */
    externalId: string;
    userId: string;
    /** As the gateway says; nobody signs in with it. */
    email: string;
  };
}
