/** Which use of which session a refresh token stands for. */
export interface RefreshClaims {
  sessionId: string;
  generation: number;
}

/** Makes and reads the opaque tokens that are traded for a new pair. */
export interface RefreshTokens {
  /** The token of that generation: always the same one, so the successor of a used token can be sent again. */
  issue(claims: RefreshClaims): string;
  /** What the database keeps instead of the token. */
  hash(token: string): Buffer;
  /** Null for anything that `issue` did not make. */
  parse(token: string): RefreshClaims | null;
}
