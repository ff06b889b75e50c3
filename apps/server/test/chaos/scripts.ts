import { randomUUID } from 'node:crypto';
import type { Random } from '@aura/backend/testing';
import { PARALLEL } from './model.ts';

/** Effects whose names begin so must be approved soon. */
export const SOON = 'soon-';

/** What users ask for, as scripts that the model follows. Steps are short: a run must outlive five of its owners. */
export function nextScript(random: Random, urlOf: (effect: string) => string): string {
  const send = (): object => ({
    method: 'POST',
    url: urlOf(`${random() < 0.1 ? SOON : ''}${randomUUID()}`),
    text: `as asked ${random.int(0, 9_999)}`,
  });
  const clock = (): object => ({
    timeZone: random.pick(['Asia/Seoul', 'Europe/Berlin', 'America/Lima', 'UTC']),
  });
  const question = (): object => ({ question: 'Which one?', options: ['this', 'that', 'neither'] });
  const tool = (name: string, args: object): string => `#tool ${name} ${JSON.stringify(args)}`;
  const stream = (): string => `#delay 10\n#repeat ${random.int(20, 120)} tick`;
  switch (random.pick(['stream', 'look', 'send', 'sendTwice', 'ask', 'all', 'send'] as const)) {
    case 'stream':
      return `#think ${'hm '.repeat(5)}\n${stream()}`;
    case 'look':
      return [tool('clock_now', clock()), tool('clock_now', clock()), stream()].join('\n');
    case 'send':
      return [tool('http_send', send()), stream()].join('\n');
    case 'sendTwice':
      return [
        tool('http_send', send()),
        tool('clock_now', clock()),
        tool('http_send', send()),
        stream(),
      ].join('\n');
    case 'ask':
      return [tool('ask_user', question()), stream()].join('\n');
    case 'all': {
      const calls = [
        { name: 'http_send', arguments: send() },
        { name: 'clock_now', arguments: clock() },
        { name: 'ask_user', arguments: question() },
        { name: 'http_send', arguments: send() },
      ];
      return PARALLEL + JSON.stringify(random.shuffle(calls));
    }
  }
}
