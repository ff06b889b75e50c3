import type { AnyTRPCProcedure, AnyTRPCRouter } from '@trpc/server';
import { z } from 'zod';
import type { RestRoute } from '../../trpc/rest-route.ts';
import type { ProcedureMeta } from '../../trpc/trpc.ts';
import { type Fields, fieldsOfInput } from './json-schema.ts';

export interface Procedure {
  /** Its place in the router, `agent.stop`. */
  path: string;
  type: 'query' | 'mutation' | 'subscription';
  input: z.ZodType | null;
  output: z.ZodType | null;
  meta: ProcedureMeta;
}

/** A route with what it calls. */
export interface Endpoint {
  route: RestRoute;
  procedure: Procedure;
  /** The fields of its input, from which query strings are read. */
  fields: Fields;
  follower: Procedure | null;
  isStream: boolean;
}

/** Every route that the procedures of a router ask for by `meta.rest`. Throws when one cannot be served. */
export function collectEndpoints(router: AnyTRPCRouter): Endpoint[] {
  const procedures = proceduresOf(router);
  return [...procedures.values()].flatMap((procedure) =>
    [procedure.meta.rest ?? []].flat().map((route): Endpoint => {
      const follower = route.followUp === undefined ? null : find(procedures, route.followUp.procedure);
      for (const path of [route.fills?.from, route.followUp?.resume?.from]) {
        if (path !== undefined) find(procedures, path);
      }
      const isStream = (follower ?? procedure).type === 'subscription';
      if (isStream && procedure.type === 'query' && route.method !== 'GET') {
        throw new Error(`${procedure.path}: a stream that changes nothing is read by GET.`);
      }
      return { route, procedure, follower, isStream, fields: fieldsOfInput(procedure.input) };
    }),
  );
}

/** Every procedure of a router by its place in it. */
export function proceduresOf(router: AnyTRPCRouter): Map<string, Procedure> {
  const found: [string, AnyTRPCProcedure][] = Object.entries(router._def.procedures);
  return new Map(
    found.map(([path, { _def: def }]) => [
      path,
      {
        path,
        type: def.type,
        input: schemaOrNull(def.inputs[0]),
        output: 'output' in def ? schemaOrNull(def.output) : null,
        meta: readMeta(def.meta),
      },
    ]),
  );
}

function find(procedures: ReadonlyMap<string, Procedure>, path: string): Procedure {
  const procedure = procedures.get(path);
  if (procedure === undefined) throw new Error(`There is no procedure ${path}.`);
  return procedure;
}

function schemaOrNull(schema: unknown): z.ZodType | null {
  return schema instanceof z.ZodType ? schema : null;
}

/** Every router here is made by `trpc.ts`, whose `meta` takes nothing else. */
function readMeta(meta: unknown): ProcedureMeta {
  return meta ?? {};
}
