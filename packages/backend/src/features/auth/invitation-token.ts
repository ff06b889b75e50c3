import { createHash, randomBytes, randomUUID } from 'node:crypto';

/** What an invitation's text says: which one it claims to be, and the hash (SHA-256) that the stored one must equal. */
export interface InvitationClaim {
  id: string;
  hash: Buffer;
}

const FORM = /^aui_([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})_([\w-]{43})$/;

/** A new invitation with 256 random bits. */
export function issueInvitation(): { token: string; claim: InvitationClaim } {
  const id = randomUUID();
  const secret = randomBytes(32).toString('base64url');
  return { token: `aui_${id.replaceAll('-', '')}_${secret}`, claim: { id, hash: hashOf(secret) } };
}

/** Null for what `issueInvitation` cannot have made. */
export function parseInvitation(token: string): InvitationClaim | null {
  const match = FORM.exec(token);
  if (match === null) return null;
  const [, a, b, c, d, e, secret = ''] = match;
  return { id: [a, b, c, d, e].join('-'), hash: hashOf(secret) };
}

function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
