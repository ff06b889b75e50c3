const FINAL_TEXT = 0x81;

/**
 * Texts that all begin alike, as a server sends them over a WebSocket (RFC 6455, 5.2: unmasked, whole, not compressed),
 * one frame after the other. `ws` makes frames for one socket at a time and offers no typed way to make one for many.
 */
export function textFrames(opening: Buffer, endings: readonly Buffer[]): Buffer {
  let size = 0;
  for (const ending of endings) {
    const payload = opening.length + ending.length;
    size += headerSize(payload) + payload;
  }
  const frames = Buffer.allocUnsafe(size);
  let offset = 0;
  for (const ending of endings) {
    offset = writeHeader(frames, offset, opening.length + ending.length);
    frames.set(opening, offset);
    frames.set(ending, offset + opening.length);
    offset += opening.length + ending.length;
  }
  return frames;
}

function headerSize(size: number): number {
  if (size < 126) return 2;
  return size < 65_536 ? 4 : 10;
}

/** Answers where the payload begins. */
function writeHeader(frames: Buffer, offset: number, size: number): number {
  frames.writeUInt8(FINAL_TEXT, offset);
  if (size < 126) return frames.writeUInt8(size, offset + 1);
  if (size < 65_536) return frames.writeUInt16BE(size, frames.writeUInt8(126, offset + 1));
  return frames.writeBigUInt64BE(BigInt(size), frames.writeUInt8(127, offset + 1));
}
