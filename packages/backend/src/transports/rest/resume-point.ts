import type { FastifyRequest } from 'fastify';
import type { RestFollowUp } from '../../trpc/rest-route.ts';

/** Where a client goes on: the cursor, and what else the id of its last event carries. */
export interface ResumePoint {
  cursor: string;
  /** The value of `resume.by`; null when the id does not carry it. */
  subject: string | null;
}

const SUFFIXED = /^(v1\.[0-9a-f]{8}\.\d{1,15})\.([0-9a-f-]{36})$/;

/** The `Last-Event-ID` of a request, or `?lastEventId=` for clients that cannot send headers; null for a new one. */
export function resumePoint({ headers, url }: Pick<FastifyRequest, 'headers' | 'url'>): ResumePoint | null {
  const asked = new URL(url, 'http://localhost').searchParams.get('lastEventId');
  const header = headers['last-event-id'];
  const id = typeof header === 'string' ? header : asked;
  if (id === null || id === '') return null;
  const [, cursor = id, subject = null] = SUFFIXED.exec(id) ?? [];
  return { cursor, subject };
}

/** What the ids of a stream's events carry beside the cursor. */
export function idSuffix(resume: RestFollowUp['resume'], input: Readonly<Record<string, unknown>>): string {
  const subject = resume === undefined ? undefined : input[resume.by];
  return typeof subject === 'string' ? `.${subject}` : '';
}
