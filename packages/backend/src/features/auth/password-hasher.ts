export interface PasswordCheck {
  isMatch: boolean;
  /** True when the hash was made with weaker parameters than those in use: hash the password again. */
  needsRehash: boolean;
}

/** argon2id on a bounded number of threads. */
export interface PasswordHasher {
  /** A PHC string. Throws `TOO_MANY_REQUESTS` when too many wait already. */
  hash(password: string): Promise<string>;
  /** `null` (no such user, no password) costs as much as a real hash and never matches. Throws as `hash`. */
  verify(password: string, hash: string | null): Promise<PasswordCheck>;
}
