import type { StreamEvent } from '../realtime/event.ts';
import { type FollowRequest, followStream } from '../realtime/follow-stream.ts';
import type { Hub } from '../realtime/hub.ts';
import type { PageReader } from '../realtime/page-reader.ts';

/** Follows a stream as a feed does, which watches it for as long. */
export async function* followTestStream(
  { hub, pageReader }: { hub: Hub; pageReader: PageReader },
  request: FollowRequest,
): AsyncGenerator<StreamEvent, void, undefined> {
  using watch = hub.watch(request.streamId);
  yield* followStream({ watch, pageReader }, request);
}
