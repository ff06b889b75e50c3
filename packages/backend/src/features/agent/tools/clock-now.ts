import { z } from 'zod';
import { defineTool } from '../tool.ts';

const noSuchZone = ({ input }: { input?: unknown }): string => `There is no time zone ${String(input)}.`;

export const clockNow = defineTool({
  name: 'clock_now',
  description:
    'The date and time now. Give an IANA time zone (such as Asia/Seoul) for local time; default UTC.',
  risk: 'read',
  repeat: 'pure',
  input: z.object({ timeZone: z.string().max(60).refine(isTimeZone, { error: noSuchZone }).optional() }),
  run({ clock }, { timeZone = 'UTC' }) {
    const now = clock.now();
    const local = new Intl.DateTimeFormat('en-CA', {
      timeZone,
      dateStyle: 'full',
      timeStyle: 'long',
      hourCycle: 'h23',
    });
    return { result: { iso: now.toISOString(), timeZone, local: local.format(now) } };
  },
});

function isTimeZone(timeZone: string): boolean {
  try {
    return Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
