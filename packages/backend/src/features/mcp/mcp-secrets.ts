import type { BackendConfig } from '../../config.ts';
import { secretRing } from '../../secret-ring.ts';
import { createSecretBox } from './secret-box.ts';

/** Whose secrets: both ids and the kind are part of what is sealed, so a value moved to another row is of no use. */
export interface SecretPlace {
  tenantId: string;
  serverId: string;
  kind: 'headers' | 'env';
}

type Config = Pick<BackendConfig, 'jwtSecret' | 'previousJwtSecrets'>;

const placeOf = ({ tenantId, serverId, kind }: SecretPlace, name: string): string =>
  JSON.stringify([tenantId, serverId, kind, name]);

/** Name → sealed value, for the database. */
export function sealSecrets(
  { jwtSecret }: Config,
  place: SecretPlace,
  values: Readonly<Record<string, string>>,
): Record<string, string> {
  const box = createSecretBox(jwtSecret);
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, box.seal(value, placeOf(place, name))]),
  );
}

/** Null when one of them cannot be read: the secret it was sealed with is not accepted any more, or the row was copied. */
export function openSecrets(
  config: Config,
  place: SecretPlace,
  sealed: Readonly<Record<string, string>>,
): Record<string, string> | null {
  const boxes = secretRing(config).map(createSecretBox);
  const values: Record<string, string> = {};
  for (const [name, text] of Object.entries(sealed)) {
    const at = placeOf(place, name);
    const value = boxes.reduce<string | null>((found, box) => found ?? box.open(text, at), null);
    if (value === null) return null;
    values[name] = value;
  }
  return values;
}
