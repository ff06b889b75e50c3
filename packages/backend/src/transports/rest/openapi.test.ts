import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { appRouter } from '../../app-router.ts';
import { collectEndpoints } from './collect-endpoints.ts';
import { oauthOperations } from './oauth-operations.ts';
import { openapiDocument } from './openapi-document.ts';

const document = openapiDocument(collectEndpoints(appRouter), '0.0.0');
const pathsSchema = z.object({
  paths: z.record(z.string(), z.record(z.string(), z.object({ operationId: z.string() }))),
});

it('is what packages/backend/openapi.json says; npm run openapi writes it', async () => {
  const file = await readFile(new URL('../../../openapi.json', import.meta.url), 'utf8');
  expect(document).toEqual(JSON.parse(file));
});

it('describes every route once, and refers to nothing that is not in it', () => {
  const { paths } = pathsSchema.parse(document);
  const ids = Object.values(paths).flatMap((path) => Object.values(path).map((one) => one.operationId));
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).toHaveLength(collectEndpoints(appRouter).length + oauthOperations().length);
  const references = JSON.stringify(document).match(/"\$ref":"[^"]+"/g) ?? [];
  expect(new Set(references)).toEqual(
    new Set(['"$ref":"#/components/schemas/Problem"', '"$ref":"#/components/schemas/EnvelopeError"']),
  );
});
