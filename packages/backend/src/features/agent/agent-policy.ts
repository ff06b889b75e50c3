import { AppError } from '../../app-error.ts';

/** The deployment must offer the model. */
export function assertKnownModel(
  ctx: { config: { model: { models: readonly string[] } } },
  model: string,
): void {
  const { models } = ctx.config.model;
  if (models.includes(model)) return;
  throw new AppError('BAD_INPUT', {
    message: `There is no model ${model} here. Choose one of: ${models.join(', ')}.`,
  });
}
