import type { Role } from '@aura/contract';
import { createHash, randomUUID } from 'node:crypto';
import { AppError } from '../../app-error.ts';
import { storableText } from '../../db/json-text.ts';
import { takeTurn } from '../../db/take-turn.ts';
import type { Tx } from '../../db/transaction.ts';
import { addUser } from './add-user.ts';
import { type ExternalIdentity, insertIdentity, userOfIdentity } from './external-identity-store.ts';

/** Somebody whom an issuer that we trust has vouched for. */
export interface ExternalUser extends ExternalIdentity {
  /** What the issuer calls them; never decides who they are. */
  email: string | null;
  nickname: string | null;
}

export interface NewcomerPolicy {
  /** False: only who is linked already comes in. */
  mayJoin: boolean;
  /** What a newcomer becomes a member of, and as what. */
  tenantId: string;
  role: Role;
  /** What happens when another account has the e-mail address: `refuse`, or go by a made-up one. */
  whenEmailTaken: 'refuse' | 'invent';
}

const MAX_NICKNAME_CHARS = 60;

/**
 * The user of an external identity, made at its first use. Linked by issuer and subject alone: an e-mail address changes
 * hands, and whoever runs an issuer can put any into a token. Throws `REGISTRATION_CLOSED` and `EMAIL_TAKEN`.
 */
export async function admitExternalUser(tx: Tx, user: ExternalUser, policy: NewcomerPolicy): Promise<string> {
  const known = await userOfIdentity(tx.db, user);
  if (known !== undefined) return known;
  if (!policy.mayJoin) {
    throw new AppError('REGISTRATION_CLOSED', {
      message: 'There is no account for this identity, and new ones are made by an administrator here.',
    });
  }
  // Two first calls at once would both make an account, and one of them would belong to nobody.
  await takeTurn(tx.db, `aura-external:${user.issuer} ${user.subject}`);
  const meanwhile = await userOfIdentity(tx.db, user);
  if (meanwhile !== undefined) return meanwhile;
  const userId = await addNewcomer(tx, user, policy);
  await insertIdentity(tx.db, { issuer: user.issuer, subject: user.subject, userId });
  return userId;
}

async function addNewcomer(tx: Tx, user: ExternalUser, policy: NewcomerPolicy): Promise<string> {
  const userId = randomUUID();
  const { tenantId, role } = policy;
  const nickname = user.nickname?.trim().slice(0, MAX_NICKNAME_CHARS) ?? '';
  const add = async (email: string): Promise<boolean> =>
    await addUser(tx, {
      userId,
      tenantId,
      role,
      email: storableText(email),
      passwordHash: null,
      nickname: nickname === '' ? null : nickname,
    });
  if (user.email !== null && (await add(user.email))) return userId;
  if (user.email !== null && policy.whenEmailTaken === 'refuse') {
    throw new AppError('EMAIL_TAKEN', {
      message:
        'There is an account with this e-mail address already, and it is not linked to this identity. Sign in to it instead.',
    });
  }
  await add(inventedEmail(user));
  return userId;
}

/** Not an address of anybody: `.invalid` never is (RFC 2606). */
function inventedEmail({ issuer, subject }: ExternalIdentity): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([issuer, subject]))
    .digest('hex')
    .slice(0, 32);
  return `${digest}@external.invalid`;
}
