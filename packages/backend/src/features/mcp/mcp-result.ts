import { type Json, jsonSchema } from '@aura/contract';
import { z } from 'zod';

/** The parts that a model can read; what else there may be is named, not carried. */
const blockSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: z.string() }),
  z.object({ type: z.literal('image'), mimeType: z.string().optional() }),
  z.object({ type: z.literal('audio'), mimeType: z.string().optional() }),
  z.object({ type: z.literal('resource_link'), uri: z.string(), name: z.string().optional() }),
  z.object({
    type: z.literal('resource'),
    resource: z.object({ uri: z.string(), mimeType: z.string().optional(), text: z.string().optional() }),
  }),
]);

const resultSchema = z.object({
  content: z.array(z.unknown()).default([]),
  structuredContent: jsonSchema.optional(),
  isError: z.boolean().default(false),
});

/** A call's result for the model: the structured one if there is one, else its text, else its parts. */
export function readToolResult(
  result: unknown,
): { isError: true; message: string } | { isError: false; value: Json } {
  const { content, structuredContent, isError } = resultSchema.parse(result);
  const blocks = content.flatMap((item) => {
    const parsed = blockSchema.safeParse(item);
    return parsed.success ? [parsed.data] : [];
  });
  const texts = blocks.flatMap((block) => (block.type === 'text' ? [block.text] : []));
  const text = texts.join('\n');
  if (isError) return { isError, message: text === '' ? 'The tool says that it failed.' : text };
  if (structuredContent !== undefined) return { isError, value: structuredContent };
  return { isError, value: texts.length === blocks.length ? text : blocks.map(shown) };
}

function shown(block: z.infer<typeof blockSchema>): Json {
  switch (block.type) {
    case 'text':
      return { type: 'text', text: block.text };
    case 'image':
    case 'audio':
      return { type: block.type, mimeType: block.mimeType ?? null, note: 'Not shown.' };
    case 'resource_link':
      return { type: 'resource_link', uri: block.uri, name: block.name ?? null };
    case 'resource': {
      const { uri, mimeType = null, text = null } = block.resource;
      return { type: 'resource', uri, mimeType, text };
    }
  }
}
