import type { DatabaseDump } from '@aura/backend/testing';
import { z } from 'zod';
import { entriesOf, type HistoryEntry } from '../history.ts';
import { eventsOfType } from './events-of-type.ts';

type Approval = DatabaseDump['approvals'][number];

const sendSchema = z.object({ url: z.url(), text: z.string() });
const answerSchema = z.object({ status: z.literal(200) });
const effectOf = (url: string): string => new URL(url).pathname.replace('/once/', '');

/** What the world outside saw: nothing that nobody approved, nothing twice unless somebody asked for it twice. */
export function checkCalls(history: readonly HistoryEntry[], dump: DatabaseDump): string[] {
  const calls = Map.groupBy(entriesOf(history, 'call'), ({ effect }) => effect);
  const bodies = new Map(entriesOf(history, 'call-body').map(({ callId, body }) => [callId, body]));
  const sends = dump.approvals.filter(({ toolName }) => toolName === 'http_send');
  const asked = Map.groupBy(sends, ({ args }) => effectOf(sendSchema.parse(args).url));
  const violations: string[] = [];
  for (const [effect, made] of calls) {
    const approvals = asked.get(effect) ?? [];
    const violated = (what: string): void => void violations.push(`effect ${effect} ${what}`);
    const allowed = approvals.filter(({ status }) => status === 'approved');
    if (made.length > allowed.length) violated(`came ${made.length} times, approved ${allowed.length} times`);
    const keys = new Set(approvals.map(({ runId, toolCallId }) => `aura:${runId}:${toolCallId}`));
    if (keys.size > 1) violated('was asked for by several calls');
    if (made.some(({ key }) => !keys.has(key))) violated('came under another key');
    const texts = new Set(allowed.map(textOf));
    for (const { callId } of made) {
      const body = bodies.get(callId);
      if (body === undefined || texts.has(body)) continue;
      violated(`was sent ${JSON.stringify(body)}, which nobody approved`);
    }
  }
  for (const { data } of eventsOfType(dump, 'tool_execution')) {
    if (data.toolName !== 'http_send' || data.status !== 'succeeded') continue;
    if (!answerSchema.safeParse(data.result).success) continue;
    const effect = effectOf(sendSchema.parse(data.args).url);
    if (!calls.has(effect)) violations.push(`effect ${effect} is said to have happened and did not`);
  }
  return violations;
}

const textOf = ({ args, editedArgs }: Approval): string => sendSchema.parse(editedArgs ?? args).text;
