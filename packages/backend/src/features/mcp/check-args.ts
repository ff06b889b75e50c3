import type { Json, JsonObject } from '@aura/contract';
// The SDK's own ajv: one per JSON Schema dialect, so that a schema means to us what it means to the server.
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/client/validators/ajv';
import { OvertimeError, withinMs } from '../../within-ms.ts';
import { ToolInputError } from '../agent/tool.ts';

/** A schema is a stranger's: a pattern or references that double can take for ever. A good one takes under 10 ms. */
const LIMIT_MS = 250;

/**
 * Checks arguments against a server's JSON Schema, which is compiled when the first ones come. Answers them; throws
 * `ToolInputError` when they do not fit or the schema itself is of no use.
 */
export function createArgsCheck(schema: JsonObject): (args: unknown) => { [key: string]: Json } {
  type Validator = ReturnType<AjvJsonSchemaValidator['getValidator']>;
  let validator: Validator | null = null;
  return (args) => {
    if (!isObject(args)) throw new ToolInputError('The arguments do not fit: they are not an object.');
    const check = (): ReturnType<Validator> => {
      // An ajv for each schema: a shared one takes two schemas with the same $id for one.
      validator ??= new AjvJsonSchemaValidator().getValidator(schema);
      return validator(args);
    };
    const { valid, errorMessage } = checked(check, () => {
      validator = null;
    });
    if (!valid) throw new ToolInputError(`The arguments do not fit: ${(errorMessage ?? '').slice(0, 2_000)}`);
    return args;
  };
}

function checked<T>(check: () => T, forget: () => void): T {
  try {
    return withinMs(LIMIT_MS, check);
  } catch (cause) {
    forget();
    const reason = cause instanceof OvertimeError ? 'takes too long to apply' : 'is not a JSON Schema';
    throw new ToolInputError(`The tool cannot be used: the schema of its arguments ${reason}.`, { cause });
  }
}

function isObject(args: unknown): args is { [key: string]: Json } {
  return typeof args === 'object' && args !== null && !Array.isArray(args);
}
