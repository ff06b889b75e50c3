import type { Role } from '@aura/contract';
import type { Caller } from '../../context.ts';
import type { ApiKeyStanding } from './api-key-store.ts';
import { roleOfKey } from './auth-policy.ts';

interface Attendant {
  id: string;
  role: Role;
  onLost: () => void;
}

/**
 * The API keys that something long-lived (a socket) was opened with. A session's end is written into its row by whoever
 * takes a right away; a key stays when its user changes role, so what it may do now is compared with what it was let in
 * with.
 */
export class AttendedKeys {
  readonly #attendants = new Set<Attendant>();

  /** `onLost` is called once, when the key acts in another role, is not usable any more or is gone. */
  attend({ sessionId: id, role }: Pick<Caller, 'sessionId' | 'role'>, onLost: () => void): Disposable {
    const attendant = { id, role, onLost };
    this.#attendants.add(attendant);
    return { [Symbol.dispose]: () => this.#attendants.delete(attendant) };
  }

  /** Reads what the keys attended now may do, and tells those that lost something. */
  async check(read: (ids: string[]) => Promise<readonly ApiKeyStanding[]>): Promise<void> {
    // Who comes while it is read may know better than the answer.
    const present = [...this.#attendants];
    if (present.length === 0) return;
    const standings = await read([...new Set(present.map(({ id }) => id))]);
    const roles = new Map(standings.map(({ id, role, scopes }) => [id, roleOfKey(role, scopes)]));
    for (const attendant of present) {
      if (roles.get(attendant.id) === attendant.role || !this.#attendants.delete(attendant)) continue;
      attendant.onLost();
    }
  }
}
