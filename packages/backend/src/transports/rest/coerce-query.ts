import type { Json } from '@aura/contract';

const NUMBER = /^-?\d{1,15}(?:\.\d{1,15})?$/;

/**
 * Query parameters as the input's schema wants them, in a new object: numbers, `true` and `false`, lists. What does not
 * fit stays the text it is, for the schema to refuse with its own words.
 */
export function coerceQuery(
  query: URLSearchParams,
  properties: Readonly<Record<string, Json>>,
): Record<string, unknown> {
  const names = new Set(query.keys());
  return Object.fromEntries(
    [...names].map((name) => {
      const schema = Object.hasOwn(properties, name) ? properties[name] : undefined;
      const texts = query.getAll(name);
      const types = typesOf(schema);
      if (types.has('array')) {
        const items = typesOf(itemsOf(schema));
        return [name, texts.map((text) => coerce(text, items))];
      }
      return [name, texts.length === 1 ? coerce(texts[0] ?? '', types) : texts];
    }),
  );
}

function coerce(text: string, types: ReadonlySet<string>): unknown {
  if (types.has('string')) return text;
  if ((types.has('integer') || types.has('number')) && NUMBER.test(text)) return Number(text);
  if (types.has('boolean') && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

function typesOf(schema: Json | undefined): Set<string> {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return new Set();
  const { type, anyOf, oneOf } = schema;
  const own = [type ?? []].flat().filter((name) => typeof name === 'string');
  const inner = [anyOf ?? [], oneOf ?? []].flat().flatMap((option) => [...typesOf(option)]);
  return new Set([...own, ...inner]);
}

function itemsOf(schema: Json | undefined): Json | undefined {
  return typeof schema === 'object' && schema !== null && !Array.isArray(schema)
    ? schema['items']
    : undefined;
}
