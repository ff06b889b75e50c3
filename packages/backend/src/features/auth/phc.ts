/** How much work a hash is. */
export interface PasswordCost {
  memoryKib: number;
  passes: number;
  parallelism: number;
}

export interface StoredPassword {
  cost: PasswordCost;
  salt: Buffer;
  tag: Buffer;
}

/** An argon2id hash in the PHC string format, which other libraries read as well. */
export function formatPhc({ cost, salt, tag }: StoredPassword): string {
  const { memoryKib, passes, parallelism } = cost;
  return `$argon2id$v=19$m=${memoryKib},t=${passes},p=${parallelism}$${unpadded(salt)}$${unpadded(tag)}`;
}

/** Null for anything but argon2id of version 19 at a cost that a server can bear. */
export function parsePhc(text: string): StoredPassword | null {
  const groups = PHC.exec(text)?.groups;
  if (groups === undefined) return null;
  const cost = {
    memoryKib: Number(groups['m']),
    passes: Number(groups['t']),
    parallelism: Number(groups['p']),
  };
  if (
    cost.memoryKib > 1_048_576 ||
    cost.memoryKib < 8 * cost.parallelism ||
    cost.passes < 1 ||
    cost.parallelism < 1
  ) {
    return null;
  }
  return {
    cost,
    salt: Buffer.from(groups['salt'] ?? '', 'base64'),
    tag: Buffer.from(groups['tag'] ?? '', 'base64'),
  };
}

const PHC =
  /^\$argon2id\$v=19\$m=(?<m>\d{1,7}),t=(?<t>\d{1,2}),p=(?<p>\d{1,2})\$(?<salt>[A-Za-z0-9+/]{11,64})\$(?<tag>[A-Za-z0-9+/]{43})$/;

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
