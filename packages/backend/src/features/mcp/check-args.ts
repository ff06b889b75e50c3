import type { Json, JsonObject } from '@aura/contract';
// The SDK's own ajv: one per JSON Schema dialect, so that a schema means to us what it means to the server.
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/client/validators/ajv';
import { OvertimeError, withinMs } from '../../within-ms.ts';
import { ToolInputError } from '../agent/tool.ts';

/**
 * A schema is a stranger's: a pattern, or references that double, can take for ever. A good one takes 10 ms the first
 * time, 1 ms after that; the rest is for a machine that is busy with other things.
 */
const LIMIT_MS = 500;
const PLAIN: JsonObject = { type: 'object' };

/**
 * Checks arguments against a server's JSON Schema, which is compiled when the first ones come. Answers them; throws
 * `ToolInputError` when they do not fit or the schema itself is of no use. One that took too long is not tried again.
 */
export function createArgsCheck(schema: JsonObject): (args: unknown) => { [key: string]: Json } {
  type Validator = ReturnType<AjvJsonSchemaValidator['getValidator']>;
  let validator: Validator | null = null;
  let isTooSlow = false;
  const validate = (args: unknown): ReturnType<Validator> => {
    // An ajv for each schema: a shared one takes two schemas with the same $id for one.
    validator ??= new AjvJsonSchemaValidator().getValidator(schema);
    return validator(args);
  };
  return (args) => {
    if (!isObject(args)) throw new ToolInputError('The arguments do not fit: they are not an object.');
    if (isTooSlow) throw useless('takes too long to apply');
    warmUp();
    try {
      const { valid, errorMessage = '' } = withinMs(LIMIT_MS, () => validate(args));
      if (valid) return args;
      throw new ToolInputError(`The arguments do not fit: ${errorMessage.slice(0, 2_000)}`);
    } catch (err) {
      if (err instanceof ToolInputError) throw err;
      isTooSlow = err instanceof OvertimeError;
      throw useless(isTooSlow ? 'takes too long to apply' : 'is not a JSON Schema', err);
    }
  };
}

function useless(why: string, cause?: unknown): ToolInputError {
  return new ToolInputError(`The tool cannot be used: the schema of its arguments ${why}.`, { cause });
}

let isWarm = false;
/** What ajv costs once in a process is not the first schema's fault. */
function warmUp(): void {
  if (isWarm) return;
  isWarm = true;
  new AjvJsonSchemaValidator().getValidator(PLAIN)({});
}

function isObject(args: unknown): args is { [key: string]: Json } {
  return typeof args === 'object' && args !== null && !Array.isArray(args);
}
