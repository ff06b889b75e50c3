import type { DatabaseDump } from '@aura/backend/testing';

/** Every stream is numbered 1 to its head, without a gap or a double. */
export function checkStreams({ streams, events }: DatabaseDump): string[] {
  const byStream = Map.groupBy(events, ({ streamId }) => streamId);
  return streams.flatMap(({ id, head }) => {
    const seqs = (byStream.get(id) ?? []).map(({ seq }) => seq);
    const isDense = seqs.length === head && seqs.every((seq, index) => seq === index + 1);
    return isDense ? [] : [`stream ${id}: ${seqs.length} events under the head ${head} are not 1..${head}`];
  });
}
