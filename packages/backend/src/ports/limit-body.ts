import { GuardedFetchError } from './guarded-fetch-error.ts';

/**
 * `body` up to `maxBytes`, counted after decompression; reading on from there fails with `too_large`. Nothing is read
 * ahead, so what came before the limit can always be read. `explain` turns an error of the source into the reader's.
 */
export function limitBody(
  body: ReadableStream<Uint8Array>,
  { maxBytes, explain }: { maxBytes: number; explain: (err: unknown) => unknown },
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let left = maxBytes;
  let isOver = false;

  /** The next bytes, null at the end. A chunk may be empty, and a pull that brings nothing is not repeated. */
  const nextPart = async (): Promise<Uint8Array | null> => {
    for (;;) {
      if (isOver) throw new GuardedFetchError('too_large', `The answer is larger than ${maxBytes} bytes.`);
      const { done, value } = await reader.read();
      if (done) return null;
      const part = value.subarray(0, left);
      left -= part.byteLength;
      isOver = part.byteLength < value.byteLength;
      if (isOver) await reader.cancel();
      if (part.byteLength > 0) return part;
    }
  };

  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const part = await nextPart();
          if (part === null) controller.close();
          else controller.enqueue(part);
        } catch (err) {
          controller.error(explain(err));
        }
      },
      cancel: async () => await reader.cancel(),
    },
    { highWaterMark: 0 },
  );
}
