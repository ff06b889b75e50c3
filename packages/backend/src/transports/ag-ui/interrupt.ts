import type { Interrupt } from '@ag-ui/core';
import { type ApprovalKind, type ApprovalView, type Json, jsonSchema } from '@aura/contract';
import { z } from 'zod';

/** What `resume[].payload` may say: may the call be made (with `editedArgs` in place of all its arguments), or the answer. */
export const responseSchema = z.union([
  z.strictObject({
    approved: z.literal(true),
    editedArgs: jsonSchema.optional(),
    note: z.string().optional(),
    argsHash: z.string().optional(),
  }),
  z.strictObject({
    approved: z.literal(false),
    reason: z.string().optional(),
    argsHash: z.string().optional(),
  }),
  z.strictObject({ answer: jsonSchema, argsHash: z.string().optional() }),
]);
export type Response = z.infer<typeof responseSchema>;

const REASONS: Record<ApprovalKind, string> = {
  tool: 'tool_call',
  question: 'input_required',
  unknown: 'tool_call',
};

/** An approval as the interrupt that it answers; `toolCallId` is the call's id on this wire. */
export function interruptOf(approval: ApprovalView, toolCallId: string): Interrupt {
  const { id, kind, title, question, expiresAt, toolName, args, argsHash, risk, allowed } = approval;
  return {
    id,
    reason: REASONS[kind],
    message: question?.text ?? title,
    toolCallId,
    responseSchema: schemaOf(approval),
    expiresAt,
    metadata: { kind, toolName, args, argsHash, risk, allowed, options: question?.options ?? [] },
  };
}

/** As JSON Schema, in one object: clients take the property `editedArgs` to mean that arguments may be edited. */
function schemaOf({ allowed }: ApprovalView): Record<string, Json> {
  const mayDecide = allowed.includes('approve') || allowed.includes('reject');
  const mayAnswer = allowed.includes('respond');
  return {
    type: 'object',
    properties: {
      ...(mayDecide && { approved: allowed.includes('approve') ? { type: 'boolean' } : { const: false } }),
      ...(mayDecide && { reason: { type: 'string', description: 'Why not; the model is told.' } }),
      ...(allowed.includes('edit') && {
        editedArgs: { type: 'object', description: 'Replaces all arguments; nothing is merged.' },
      }),
      ...(mayAnswer && { answer: { description: 'The result, in place of the call.' } }),
    },
    ...(mayDecide && mayAnswer
      ? { anyOf: [{ required: ['approved'] }, { required: ['answer'] }] }
      : { required: [mayDecide ? 'approved' : 'answer'] }),
  };
}
