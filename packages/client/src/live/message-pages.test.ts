import { applyToRoomMessages, type ListRoomMessagesOutput, type RoomEvent } from '@aura/contract';
import { expect, test } from 'vitest';
import { createMessagePages } from './message-pages.ts';

const AT = '2026-01-01T00:00:00.000Z';
const posted = (seq: number): RoomEvent => ({
  type: 'message_posted',
  seq,
  at: AT,
  runId: null,
  data: {
    message: {
      id: `m${seq}`,
      authorId: null,
      authorName: '',
      clientId: null,
      text: `said ${seq}`,
      threadOf: 't',
      mentions: [],
      attachments: [],
      runId: null,
      isComplete: true,
    },
    thread: { replyCount: seq },
  },
});
const edited = (seq: number, messageId: string): RoomEvent => ({
  type: 'message_edited',
  seq,
  at: AT,
  runId: null,
  data: { messageId, text: 'edited', mentions: [], editedAt: AT },
});
const apply = (messages: ListRoomMessagesOutput['messages'], event: RoomEvent) =>
  applyToRoomMessages(messages, event, { threadOf: 't' });
const page = (...seqs: number[]): ListRoomMessagesOutput => ({
  messages: seqs.map(posted).reduce(apply, []),
  hasOlder: seqs[0] !== 1,
  hasNewer: false,
});

function start() {
  const reads: PromiseWithResolvers<ListRoomMessagesOutput>[] = [];
  const failures: unknown[] = [];
  const pages = createMessagePages({
    read() {
      const read = Promise.withResolvers<ListRoomMessagesOutput>();
      reads.push(read);
      return read.promise;
    },
    threadOf: 't',
    onChange: () => undefined,
    onFailed: (err) => void failures.push(err),
  });
  const texts = () => pages.get().messages.map(({ text }) => text);
  return { pages, reads, failures, texts };
}

test('a page takes in what happened between its question and its answer, whether it holds it or not, and nothing new', async () => {
  const { pages, reads, texts } = start();
  const loaded = pages.load({ before: 9 });
  for (const event of [edited(3, 'm1'), posted(9), edited(10, 'm2')]) pages.apply(event);
  reads[0]?.resolve(page(2, 3));
  await loaded;
  expect(texts()).toEqual(['edited', 'said 3']);
  expect(pages.get().hasMore).toBe(true);
});

test('one page is read at a time, and a failure leaves what there is', async () => {
  const { pages, reads, failures, texts } = start();
  const first = pages.load({ before: 9 });
  const same = pages.load({ before: 9 });
  reads[0]?.resolve(page(2));
  await Promise.all([first, same]);
  expect(reads).toHaveLength(1);
  const older = pages.load({ before: 2 });
  reads[1]?.reject(new Error('cut'));
  await older;
  expect(failures).toHaveLength(1);
  expect(texts()).toEqual(['said 2']);
  expect(pages.isLoading()).toBe(false);
});

test('a page that comes after everything was forgotten comes to nothing', async () => {
  const { pages, reads, texts } = start();
  const stale = pages.load({ before: 9 });
  pages.clear();
  const fresh = pages.load({ before: 9 });
  reads[1]?.resolve(page(1));
  reads[0]?.resolve(page(8, 9));
  await Promise.all([stale, fresh]);
  expect(texts()).toEqual(['said 1']);
});
