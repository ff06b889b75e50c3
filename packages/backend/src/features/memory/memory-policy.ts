import type { MemoryScope, Role } from '@aura/contract';
import { AppError } from '../../app-error.ts';

/** What the tenant shares is written by its admins. */
export function assertCanWrite({ role }: { role: Role }, { scope }: MemoryScope): void {
  if (scope !== 'tenant' || role === 'admin') return;
  throw new AppError('FORBIDDEN', {
    message: 'Only admins write what the whole tenant shares. Use the scope `user`, or ask an admin.',
  });
}
