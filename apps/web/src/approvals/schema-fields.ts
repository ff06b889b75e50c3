import type { Json, JsonObject } from '@aura/contract';

/** One argument that a plain field can hold. */
export type ArgumentField = { name: string; hint: string | null; isRequired: boolean } & (
  | { kind: 'text' | 'number' | 'boolean' }
  | { kind: 'choice'; options: string[] }
);

/** The fields of a tool's arguments, or null when the schema says more than plain fields can hold. */
export function schemaFields(schema: Json | undefined): ArgumentField[] | null {
  if (!isObject(schema) || schema['type'] !== 'object' || !isObject(schema['properties'])) return null;
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  const fields: ArgumentField[] = [];
  for (const [name, property] of Object.entries(schema['properties'])) {
    const field = isObject(property) ? fieldOf(property) : null;
    if (field === null || !isObject(property)) return null;
    const hint = typeof property['description'] === 'string' ? property['description'] : null;
    fields.push({ name, hint, isRequired: required.includes(name), ...field });
  }
  return fields.length === 0 ? null : fields;
}

const PLAIN_KINDS = new Map<string, 'text' | 'number' | 'boolean'>([
  ['string', 'text'],
  ['number', 'number'],
  ['integer', 'number'],
  ['boolean', 'boolean'],
]);

function fieldOf(property: JsonObject) {
  const { type, enum: choices } = property;
  if (Array.isArray(choices)) {
    const options = choices.filter((choice) => typeof choice === 'string');
    return options.length === choices.length ? { kind: 'choice' as const, options } : null;
  }
  const kind = typeof type === 'string' ? PLAIN_KINDS.get(type) : undefined;
  return kind === undefined ? null : { kind };
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
