const FINAL_TEXT = 0x81;

/**
 * Texts as a server sends them over a WebSocket (RFC 6455, 5.2: unmasked, whole, not compressed), one frame after the
 * other. `ws` makes frames for one socket at a time and offers no typed way to make one for many.
 */
export function textFrames(texts: readonly string[]): Buffer {
  const sizes = texts.map((text) => Buffer.byteLength(text));
  const frames = Buffer.allocUnsafe(sizes.reduce((sum, size) => sum + headerSize(size) + size, 0));
  let offset = 0;
  for (const [index, text] of texts.entries()) {
    offset = writeHeader(frames, offset, sizes[index] ?? 0);
    offset += frames.write(text, offset);
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
