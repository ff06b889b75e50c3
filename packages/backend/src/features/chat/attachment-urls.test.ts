import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { createAttachmentUrls } from './attachment-urls.ts';

const SECRET = 'a secret for tests, at least thirty-two bytes long';
const at = (now: string) => ({ now: () => new Date(now) });
const grant = { tenantId: randomUUID(), userId: randomUUID(), attachmentId: randomUUID() };
const signatureOf = (url: string): string =>
  new URL(url, 'http://localhost').searchParams.get('signature') ?? '';

it('an address is good for five to ten minutes, for its file, user and tenant alone', () => {
  const urls = createAttachmentUrls({ secrets: [SECRET], clock: at('2026-03-01T10:02:00Z') });
  const { url, expiresAt } = urls.sign(grant);
  expect(expiresAt.toISOString()).toBe('2026-03-01T10:10:00.000Z');
  const signature = signatureOf(url);
  expect(urls.verify(grant.attachmentId, signature)).toEqual(grant);
  const later = createAttachmentUrls({ secrets: [SECRET], clock: at('2026-03-01T10:04:59Z') });
  expect(later.sign(grant).url).toBe(url);
  const ended = createAttachmentUrls({ secrets: [SECRET], clock: at('2026-03-01T10:10:00Z') });
  expect(ended.verify(grant.attachmentId, signature)).toBeNull();
  expect(urls.verify(randomUUID(), signature)).toBeNull();
  const other = createAttachmentUrls({ secrets: [`${SECRET}!`], clock: at('2026-03-01T10:02:00Z') });
  expect(other.verify(grant.attachmentId, signature)).toBeNull();
  const [tenantId = '', userId = '', expires = '', mac = ''] = signature.split('.');
  for (const forged of [
    [randomUUID(), userId, expires, mac],
    [tenantId, randomUUID(), expires, mac],
    [tenantId, userId, String(Number(expires) + 1), mac],
    [tenantId, userId, expires, ''],
    [tenantId, userId, expires, mac, 'more'],
    [],
  ]) {
    expect(urls.verify(grant.attachmentId, forged.join('.'))).toBeNull();
  }
});

it('an address stays good when the secret changes, as long as the old one is kept', () => {
  const clock = at('2026-03-01T10:02:00Z');
  const signature = signatureOf(createAttachmentUrls({ secrets: [SECRET], clock }).sign(grant).url);
  const next = `${SECRET}!`;
  expect(
    createAttachmentUrls({ secrets: [next, SECRET], clock }).verify(grant.attachmentId, signature),
  ).toEqual(grant);
  expect(createAttachmentUrls({ secrets: [next], clock }).verify(grant.attachmentId, signature)).toBeNull();
});
