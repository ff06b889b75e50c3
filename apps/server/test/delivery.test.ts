import { beforeAll, expect, it } from 'vitest';
import { type DeliveryResult, deliveryCampaign } from './delivery/campaign.ts';
import { checkDelivery, type DeliveryEvidence } from './delivery/check-delivery.ts';

let result: DeliveryResult;
beforeAll(async () => {
  result = await deliveryCampaign({ seed: 12, seconds: 12, kills: 3, members: 3, lossShare: 0.3 });
}, 180_000);

it('tells every member the same messages in the same order, none missing, none twice, whatever fails', () => {
  const { summary, violations } = result;
  expect(violations).toEqual([]);
  expect(summary['kills']).toBeGreaterThan(0);
  expect(summary['lost']).toBeGreaterThan(0);
  expect(summary['acknowledged']).toBeGreaterThan(50);
});

type Reader = DeliveryEvidence['readers'][number];
/** One reader's account changed in the middle. */
const torn =
  (change: (seen: Reader['seen']) => Reader['seen']) =>
  (evidence: DeliveryEvidence): DeliveryEvidence => ({
    ...evidence,
    readers: evidence.readers.map((reader, index) =>
      index === 0 ? { ...reader, seen: change(reader.seen) } : reader,
    ),
  });

const broken: [promise: string, forge: (evidence: DeliveryEvidence) => DeliveryEvidence, verdict: RegExp][] =
  [
    ['a message is missing', torn((seen) => seen.toSpliced(5, 1)), /in place of/],
    ['a message comes twice', torn((seen) => [...seen.slice(0, 5), ...seen.slice(4)]), /in place of/],
    [
      'two change places',
      torn((seen) => seen.toSpliced(4, 2, ...seen.slice(4, 6).toReversed())),
      /in place of/,
    ],
    ['a reader is left behind', torn((seen) => seen.slice(0, -1)), /stays at/],
    [
      'a subscription gives up',
      torn((seen) => [...seen, { seq: -1, type: 'error', messageId: null }]),
      /saw -1/,
    ],
    [
      'an acknowledged message is lost',
      (evidence) => ({
        ...evidence,
        sent: [...evidence.sent, { clientId: 'lost', answer: { messageId: 'x', seq: 3 } }],
      }),
      /was acknowledged as 3 and is not there/,
    ],
    ['a message is made up', (evidence) => ({ ...evidence, sent: evidence.sent.slice(1) }), /nobody wrote/],
    [
      'a message is stored twice',
      (evidence) => ({
        ...evidence,
        dump: {
          ...evidence.dump,
          events: evidence.dump.events.flatMap((event) =>
            event.type === 'message_posted' ? [event, event] : [event],
          ),
        },
      }),
      /in the log 2 times/,
    ],
  ];

it.each(broken)('says so when %s', (_, forge, verdict) => {
  expect(checkDelivery(forge(result.evidence)).join('\n')).toMatch(verdict);
});
