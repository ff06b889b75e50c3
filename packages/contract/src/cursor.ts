/**
 * A place in a stream, `v1.<epoch>.<seq>`: everything up to and including `seq` has been seen. The epoch
 * changes when a stream is rebuilt (restore, import), which makes older cursors expire instead of lie.
 */
export interface Cursor {
  epoch: string;
  seq: number;
}

const PATTERN = /^v1\.([0-9a-f]{8})\.(\d{1,15})$/;

/** `{ epoch, seq }` as its wire form. */
export function formatCursor(cursor: Cursor): string {
  return `v1.${cursor.epoch}.${cursor.seq}`;
}

/** The cursor a wire form names, or null for anything malformed. Never throws. */
export function parseCursor(text: string): Cursor | null {
  const match = PATTERN.exec(text);
  const epoch = match?.[1];
  const seq = match?.[2];
  return epoch === undefined || seq === undefined ? null : { epoch, seq: Number(seq) };
}
