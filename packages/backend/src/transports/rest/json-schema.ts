import { type Json, type JsonObject, jsonSchema } from '@aura/contract';
import { z } from 'zod';

/** The fields of an input, each with its JSON schema, and which of them a caller must give. */
export interface Fields {
  properties: Readonly<Record<string, Json>>;
  required: readonly string[];
}

const fieldsSchema = z.object({
  properties: z.record(z.string(), jsonSchema),
  required: z.array(z.string()).default([]),
});
const documentSchema = z.record(z.string(), jsonSchema);

/** The JSON schema (2020-12) of what a zod schema reads (`input`) or gives (`output`); the zod schema stays as it is. */
export function jsonSchemaOf(schema: z.ZodType, io: 'input' | 'output'): JsonObject {
  const made = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema: json }) => {
      // A format says it better than the pattern that checks it.
      if (json.format !== undefined) Reflect.deleteProperty(json, 'pattern');
      // z.json(), which would refer to itself by a path that an enclosing document does not have.
      if (zodSchema._zod.def.type !== 'lazy') return;
      for (const key of Object.keys(json)) Reflect.deleteProperty(json, key);
      json.description = 'Any JSON value.';
    },
  });
  const { $schema: _, $defs = {}, ...document } = documentSchema.parse(JSON.parse(JSON.stringify(made)));
  const definitions = new Map(Object.entries($defs ?? {}).map(([name, def]) => [`#/$defs/${name}`, def]));
  return Object.fromEntries(
    Object.entries(document).map(([key, member]) => [key, inlined(member, definitions)]),
  );
}

/** The fields of an input. Throws for inputs that are no object, which no path and query could make. */
export function fieldsOfInput(schema: z.ZodType | null): Fields {
  if (schema === null) return { properties: {}, required: [] };
  const read = fieldsSchema.safeParse(jsonSchemaOf(schema, 'input'));
  if (!read.success) throw new Error('The input of a REST route must be an object.');
  return read.data;
}

/** With definitions where they are referred to. JSON values alone are shared, and these refer to nothing. */
function inlined(value: Json, definitions: ReadonlyMap<string, Json>): Json {
  if (Array.isArray(value)) return value.map((item) => inlined(item, definitions));
  if (typeof value !== 'object' || value === null) return value;
  const { $ref } = value;
  if (typeof $ref !== 'string') {
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [key, inlined(member, definitions)]),
    );
  }
  const definition = definitions.get($ref);
  if (definition === undefined) throw new Error(`No schema at ${$ref}.`);
  return definition;
}
