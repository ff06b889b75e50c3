import { expect, it } from 'vitest';
import { pageContextSchema, sendMessageInputSchema } from './conversation.ts';
import { LIMITS } from './primitives.ts';

const message = {
  conversationId: '5f0c6f0e-7f2b-4b6e-9a53-0d8a4f6d9b11',
  clientId: 'client-0001',
  text: 'hi',
};

it.each([
  [{ ...message, text: '   ' }],
  [{ ...message, text: 'x'.repeat(LIMITS.messageChars + 1) }],
  [{ ...message, clientId: 'short' }],
  [{ ...message, clientId: 'with spaces in it' }],
  [{ ...message, clientId: 'x'.repeat(65) }],
  [{ ...message, conversationId: '1 or 1=1' }],
])('refuses a message such as %o', (input) => {
  expect(sendMessageInputSchema.safeParse(input).success).toBe(false);
});

it('takes a page context up to its limit and says what to do beyond it', () => {
  expect(
    pageContextSchema.safeParse({ url: 'https://a.example', metadata: { headings: ['x'] } }).success,
  ).toBe(true);
  const large = pageContextSchema.safeParse({ metadata: { text: 'x'.repeat(LIMITS.contextBytes) } });
  expect(large.error?.issues[0]?.message).toContain('send less metadata');
});
