import type { Kysely } from 'kysely';
import type { Schema } from '../../db/schema.ts';

type Db = Kysely<Schema>;
type GatewayUser = Schema['gatewayUsers'];
export type GatewayUserKey = Pick<GatewayUser, 'tenantId' | 'gateway' | 'externalId'>;

export async function findGatewayUser(
  db: Db,
  { tenantId, gateway, externalId }: GatewayUserKey,
): Promise<
  { userId: string; email: string; nickname: string | null; pictureUrl: string | null } | undefined
> {
  return await db
    .selectFrom('gatewayUsers as g')
    .innerJoin('users as u', 'u.id', 'g.userId')
    .select(['g.userId', 'g.email', 'u.nickname', 'u.pictureUrl'])
    .where('g.tenantId', '=', tenantId)
    .where('g.gateway', '=', gateway)
    .where('g.externalId', '=', externalId)
    .executeTakeFirst();
}

export async function insertGatewayUser(db: Db, user: GatewayUser): Promise<void> {
  await db.insertInto('gatewayUsers').values(user).execute();
}

/** What the gateway says of the user by now. */
export async function updateGatewayUser(
  db: Db,
  user: { tenantId: string; userId: string; email: string; nickname: string; pictureUrl: string | null },
): Promise<void> {
  const { tenantId, userId, email, nickname, pictureUrl } = user;
  await db.updateTable('users').set({ nickname, pictureUrl }).where('id', '=', userId).execute();
  await db
    .updateTable('gatewayUsers')
    .set({ email })
    .where('tenantId', '=', tenantId)
    .where('userId', '=', userId)
    .execute();
}
