import { writeFile } from 'node:fs/promises';
import { appRouter } from '../packages/backend/src/app-router.ts';
import { collectEndpoints } from '../packages/backend/src/transports/rest/collect-endpoints.ts';
import { openapiDocument } from '../packages/backend/src/transports/rest/openapi-document.ts';

// npm run openapi : writes packages/backend/openapi.json, the REST routes as they are; a test compares it.
const document = openapiDocument(collectEndpoints(appRouter), '0.0.0');
await writeFile(
  new URL('../packages/backend/openapi.json', import.meta.url),
  `${JSON.stringify(document, null, 2)}\n`,
);
