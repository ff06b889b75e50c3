import type { Role } from '@aura/contract';
import { randomInt, randomUUID } from 'node:crypto';
import type { Core } from '../../context.ts';
import { takeTurn } from '../../db/take-turn.ts';
import { type Tx, withSystemTransaction } from '../../db/transaction.ts';
import { addUser } from './add-user.ts';
import { defaultTenantId } from './member-store.ts';

export interface SeededUser {
  userId: string;
  tenantId: string;
  email: string;
  /** Known only here: the database keeps its hash. */
  password: string;
  role: Role;
}

const USERS: readonly { email: string; role: Role; nickname: string; tier?: string }[] = [
  { email: 'dev@aura.local', role: 'user', nickname: 'Dev', tier: 'pro' },
  { email: 'admin@aura.local', role: 'admin', nickname: 'Admin' },
  { email: 'guest@aura.local', role: 'guest', nickname: 'Guest' },
];

/** Gives an empty installation its first users, each with a random password. Answers those made by this very call. */
export async function seedUsers(
  core: Pick<Core, 'database' | 'hub' | 'passwordHasher'>,
): Promise<SeededUser[]> {
  if (await withSystemTransaction(core, hasUsers)) return [];
  const seeds = await Promise.all(
    USERS.map(async (user) => {
      const password = readablePassword();
      return { ...user, password, passwordHash: await core.passwordHasher.hash(password) };
    }),
  );
  return await withSystemTransaction(core, async (tx) => {
    // Two nodes may start on the same empty database: the second waits here and then finds users.
    await takeTurn(tx.db, 'aura-seed-users');
    if (await hasUsers(tx)) return [];
    const tenantId = await defaultTenantId(tx.db);
    const users = seeds.map((seed) => ({ ...seed, userId: randomUUID(), tenantId }));
    for (const { password: _, ...user } of users) await addUser(tx, user);
    return users.map(({ userId, email, password, role }) => ({ userId, tenantId, email, password, role }));
  });
}

async function hasUsers({ db }: Tx): Promise<boolean> {
  const user = await db.selectFrom('users').select('id').limit(1).executeTakeFirst();
  return user !== undefined;
}

/** 79 bits, in groups that can be read out and typed: `k3mp-x7qa-b9tn-w2ch`. */
function readablePassword(): string {
  const group = (): string =>
    Array.from({ length: 4 }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join('');
  return Array.from({ length: 4 }, group).join('-');
}

/** Without the characters that are mistaken for each other. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';
