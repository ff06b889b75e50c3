/** Names under which connections keep prepared statements, the same for the same text on all of them. */
export interface StatementNames {
  /** Null once there are so many texts that something must be building them without end: those are not prepared. */
  of(text: string): string | null;
}

const MAX_STATEMENTS = 500;

export function createStatementNames(): StatementNames {
  const names = new Map<string, string>();
  return {
    of(text) {
      const known = names.get(text);
      if (known !== undefined) return known;
      if (names.size >= MAX_STATEMENTS) return null;
      const name = `aura_${names.size + 1}`;
      names.set(text, name);
      return name;
    },
  };
}
