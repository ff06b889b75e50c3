import { expect, it } from 'vitest';
import { formatCursor, parseCursor } from './cursor.ts';

it('reads back what it wrote', () => {
  for (const cursor of [
    { epoch: '0a1b2c3d', seq: 0 },
    { epoch: 'ffffffff', seq: 999_999_999_999_999 },
  ]) {
    expect(parseCursor(formatCursor(cursor))).toEqual(cursor);
  }
});

it.each([
  '',
  'v1',
  'v1.0a1b2c3d',
  'v1.0a1b2c3d.',
  'v1.0a1b2c3d.-1',
  'v1.0a1b2c3d.1.5',
  'v1.0a1b2c3d.1e3',
  'v1.0a1b2c3d.1234567890123456',
  'v1.0A1B2C3D.1',
  'v1.0a1b2c3.1',
  'v2.0a1b2c3d.1',
  ' v1.0a1b2c3d.1',
  'v1.0a1b2c3d.1\n',
  '12',
  '__proto__',
])('takes %j for no cursor', (text) => {
  expect(parseCursor(text)).toBeNull();
});
