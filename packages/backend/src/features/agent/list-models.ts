import type { ModelView } from '@aura/contract';
import type { Core } from '../../context.ts';

/** The models this deployment offers; the first is the default. */
export function listModels({ config }: Pick<Core, 'config'>): ModelView[] {
  return config.model.models.map((id, index) => ({ id, isDefault: index === 0 }));
}
