import type { Json, JsonObject } from '@aura/contract';

/** One argument that a plain field can hold. */
export type ArgumentField = { name: string; hint: string | null; isRequired: boolean } & (
  | { kind: 'text' | 'number' | 'boolean' }
  | { kind: 'choice'; options: string[] }
);

/** The arguments of a tool that plain fields can hold; null when there are none. The others are for the JSON editor. */
export function schemaFields(schema: Json | undefined): ArgumentField[] | null {
  if (!isObject(schema) || schema['type'] !== 'object' || !isObject(schema['properties'])) return null;
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  const fields = Object.entries(schema['properties']).flatMap(([name, property]): ArgumentField[] => {
    const shape = isObject(property) ? shapeOf(property) : null;
    if (shape === null || !isObject(property)) return [];
    const hint = typeof property['description'] === 'string' ? property['description'] : null;
    return [{ name, hint, isRequired: required.includes(name), ...shape }];
  });
  return fields.length === 0 ? null : fields;
}

const PLAIN_KINDS = new Map<string, 'text' | 'number' | 'boolean'>([
  ['string', 'text'],
  ['number', 'number'],
  ['integer', 'number'],
  ['boolean', 'boolean'],
]);

type Shape = { kind: 'text' | 'number' | 'boolean' } | { kind: 'choice'; options: string[] };

function shapeOf({ type, enum: choices }: JsonObject): Shape | null {
  if (Array.isArray(choices)) {
    const options = choices.filter((choice) => typeof choice === 'string');
    return options.length === choices.length ? { kind: 'choice', options } : null;
  }
  const kind = typeof type === 'string' ? PLAIN_KINDS.get(type) : undefined;
  return kind === undefined ? null : { kind };
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
