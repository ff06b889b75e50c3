import { modelIds, parseModel } from './wire.ts';

/** The body of GET /v1/models. */
export function listModels(): object {
  return { object: 'list', data: modelIds.map(modelBody) };
}

/** The body of GET /v1/models/ID. @throws ApiError 404 */
export function retrieveModel(id: string): object {
  return modelBody(parseModel(id));
}

/** The date never changes, so that lists compare equal between starts. */
function modelBody(id: string): object {
  return { id, object: 'model', created: 1_760_000_000, owned_by: 'aura' };
}
