import { StartError } from '@aura/backend';
import { expect, it } from 'vitest';
import { operatorsReason } from './operators-reason.ts';
import { EnvError } from './setting-types.ts';

const systemError = (code: string, syscall: string): Error =>
  Object.assign(new Error(`${code}: ${syscall} went wrong`), { code, syscall });

it.each([
  ['EADDRINUSE', 'listen', 'PORT'],
  ['EACCES', 'listen', 'PORT'],
  ['EADDRNOTAVAIL', 'listen', 'HOST'],
  ['ENOTFOUND', 'getaddrinfo', 'HOST'],
  ['EEXIST', 'mkdir', 'AURA_DATA_DIR'],
  ['ENOTDIR', 'mkdir', 'AURA_DATA_DIR'],
  ['EACCES', 'open', 'AURA_DATA_DIR'],
  ['EPERM', 'mkdir', 'AURA_DATA_DIR'],
])('says of %s in %s which setting to change', (code, syscall, setting) => {
  const reason = operatorsReason(systemError(code, syscall));
  expect(reason).toContain(`${code}: ${syscall} went wrong. Set ${setting} to`);
});

it('takes what settings and backend say as it is, and claims to know nothing else', () => {
  expect(operatorsReason(new EnvError('PORT must be a number'))).toBe('PORT must be a number');
  expect(operatorsReason(new StartError('No database.'))).toBe('No database.');
  expect(operatorsReason(new Error('a bug'))).toBeNull();
  expect(operatorsReason(systemError('EIO', 'read'))).toBeNull();
});
