import type { Json } from '@aura/contract';
import { z } from 'zod';
import { probeFieldOf, type ProbeField, type ProbeKind } from './probe-kinds.ts';

/** A way to fill in an input: every branch of a union is a shape of its own. */
export type ProbeShape =
  | { is: 'value'; value: Json }
  | { is: 'email' }
  | { is: 'id'; kind: ProbeKind; at: string }
  | { is: 'list'; item: ProbeShape; atLeast: number }
  | { is: 'object'; fields: { name: string; shape: ProbeShape; isRequired: boolean }[] };

export interface ProbeLeaf {
  kind: ProbeKind;
  /** Where in the input, `approvers.userIds`. */
  at: string;
  /** In a list, where the caller's own can stand beside it. */
  isListed: boolean;
}

interface Node {
  type?: string | undefined;
  const?: Json | undefined;
  enum?: Json[] | undefined;
  minimum?: number | undefined;
  minItems?: number | undefined;
  items?: Node | undefined;
  properties?: Record<string, Node> | undefined;
  required?: string[] | undefined;
  anyOf?: Node[] | undefined;
  oneOf?: Node[] | undefined;
}
const nodeSchema: z.ZodType<Node> = z.lazy(() =>
  z.object({
    type: z.string().optional(),
    const: z.json().optional(),
    enum: z.array(z.json()).optional(),
    minimum: z.number().optional(),
    minItems: z.number().optional(),
    items: nodeSchema.optional(),
    properties: z.record(z.string(), nodeSchema).optional(),
    required: z.array(z.string()).optional(),
    anyOf: z.array(nodeSchema).optional(),
    oneOf: z.array(nodeSchema).optional(),
  }),
);

interface Place {
  procedure: string;
  at: string[];
  scope: string | null;
}

/** The shapes of a procedure's input. Throws, and says what to add, when a field of it is not known to name something or nothing. */
export function probeShapes(procedure: string, input: z.ZodType | null): ProbeShape[] {
  if (input === null) return [];
  const node = nodeSchema.parse(z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }));
  return shapesOf(node, { procedure, at: [], scope: null });
}

function shapesOf(node: Node, place: Place): ProbeShape[] {
  const branches = node.anyOf ?? node.oneOf;
  if (branches !== undefined) {
    return branches.filter(({ type }) => type !== 'null').flatMap((branch) => shapesOf(branch, place));
  }
  if (node.type === 'array') {
    const atLeast = node.minItems ?? 0;
    return shapesOf(node.items ?? {}, place).map((item) => ({ is: 'list', item, atLeast }));
  }
  if (node.properties !== undefined) return objectShapes(node.properties, node.required ?? [], place);
  return [leafShape(node, place)];
}

function objectShapes(properties: Record<string, Node>, required: string[], place: Place): ProbeShape[] {
  const scope = properties['scope']?.const;
  const inside = { ...place, scope: typeof scope === 'string' ? scope : place.scope };
  const fields = Object.entries(properties).map(([name, node]) => ({
    name,
    isRequired: required.includes(name),
    shapes: shapesOf(node, { ...inside, at: [...place.at, name] }),
  }));
  const count = Math.max(1, ...fields.map(({ shapes }) => shapes.length));
  return Array.from({ length: count }, (_, index) => ({
    is: 'object' as const,
    fields: fields.flatMap(({ name, isRequired, shapes }) => {
      const shape = shapes[index % shapes.length];
      return shape === undefined ? [] : [{ name, isRequired, shape }];
    }),
  }));
}

function leafShape(node: Node, { procedure, at, scope }: Place): ProbeShape {
  if (node.const !== undefined) return { is: 'value', value: node.const };
  const field: ProbeField | null = probeFieldOf(procedure, at.at(-1) ?? '', scope);
  if (node.enum !== undefined) {
    const wanted = field?.is === 'sample' ? field.value : undefined;
    return { is: 'value', value: node.enum.find((one) => one === wanted) ?? node.enum[0] ?? null };
  }
  if (node.type === 'boolean') return { is: 'value', value: true };
  if (node.type === 'integer' || node.type === 'number') {
    const isFit = field?.is === 'sample' && typeof field.value === 'number';
    return { is: 'value', value: isFit ? field.value : Math.max(1, node.minimum ?? 1) };
  }
  if (node.type !== 'string') return { is: 'value', value: {} };
  const name = at.join('.');
  switch (field?.is) {
    case 'id':
      return { is: 'id', kind: field.kind, at: name };
    case 'email':
      return { is: 'email' };
    case 'sample':
      return { is: 'value', value: field.value };
    case undefined:
      if (/(^|\.)(from|to)$/.test(name)) return { is: 'value', value: '2020-01-01T00:00:00.000Z' };
      throw new Error(
        `Nobody has said what \`${name}\` of ${procedure} names. In src/probes/probe-kinds.ts, add it to KINDS when it can ` +
          'name something that is somebody’s (a new kind goes into create-probe-world.ts as well), otherwise to SAMPLES.',
      );
  }
}

export function leavesOf(shape: ProbeShape): ProbeLeaf[] {
  switch (shape.is) {
    case 'id':
      return [{ kind: shape.kind, at: shape.at, isListed: false }];
    case 'list':
      return leavesOf(shape.item).map((leaf) => ({ ...leaf, isListed: true }));
    case 'object':
      return shape.fields.flatMap((field) => leavesOf(field.shape));
    case 'value':
    case 'email':
      return [];
  }
}

/** Leaves that no input goes without. */
export function requiredLeavesOf(shape: ProbeShape): ProbeLeaf[] {
  if (shape.is === 'object') {
    return shape.fields.flatMap((field) => (field.isRequired ? requiredLeavesOf(field.shape) : []));
  }
  return shape.is === 'list' && shape.atLeast === 0 ? [] : leavesOf(shape);
}

export interface Filling {
  email: string;
  /** The values of a leaf: several only in lists. Optional fields without any are left out. */
  valuesOf(leaf: ProbeLeaf): string[];
}

/** The input of this shape; undefined when there is nothing to say. */
export function fillIn(shape: ProbeShape, filling: Filling): Json | undefined {
  switch (shape.is) {
    case 'value':
      return shape.value;
    case 'email':
      return filling.email;
    case 'id':
      return filling.valuesOf({ ...shape, isListed: false }).at(-1);
    case 'list':
      return fillInList(shape, filling);
    case 'object': {
      const entries = shape.fields.flatMap(({ name, shape: field, isRequired }): [string, Json][] => {
        const isWanted = isRequired || leavesOf(field).some((leaf) => filling.valuesOf(leaf).length > 0);
        const value = isWanted ? fillIn(field, filling) : undefined;
        return value === undefined ? [] : [[name, value]];
      });
      return Object.fromEntries(entries);
    }
  }
}

function fillInList({ item, atLeast }: ProbeShape & { is: 'list' }, filling: Filling): Json {
  if (item.is === 'id') return filling.valuesOf({ ...item, isListed: true });
  const isWanted = atLeast > 0 || leavesOf(item).some((leaf) => filling.valuesOf(leaf).length > 0);
  const value = isWanted ? fillIn(item, filling) : undefined;
  return value === undefined ? [] : [value];
}
