import type { Random } from '@aura/backend/testing';
import { type Cursor, formatCursor } from '@aura/contract';

/** Before `head` now and then; mostly no place of this stream, and often no cursor at all. */
export function oddCursor(random: Random, head: Cursor): string {
  const real = formatCursor({ ...head, seq: random.below(head.seq) });
  switch (random.below(8)) {
    case 0:
    case 1:
      return real;
    case 2:
      return formatCursor({ ...head, seq: head.seq + random.int(1, 1_000_000) });
    case 3:
      return formatCursor({
        epoch: random.int(0, 0x7fffffff).toString(16).padStart(8, '0'),
        seq: random.below(9),
      });
    case 4:
      return `v1.${head.epoch}.${random.pick(['', '-1', '1.5', '1e3', '9'.repeat(15), '9'.repeat(20), 'NaN', '１', ' 1', '1 '])}`;
    case 5:
      return real.replace(/.$/, random.pick(['\u0000', '\ud800', '/', "' or 1=1", '\n', '"']));
    case 6:
      return random.pick([
        '',
        'v1',
        'v1..',
        'v2.00000000.1',
        '0',
        '__proto__',
        '{}',
        '../../etc',
        'V1.00000000.1',
      ]);
    default:
      return String.fromCharCode(...Array.from({ length: random.int(1, 90) }, () => random.below(0x2000)));
  }
}
