import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isApiKey, issueApiKey, parseApiKey } from './api-key-token.ts';

describe('API key texts', () => {
  it('have one form that a scanner for leaked secrets can look for, and 256 random bits', () => {
    const { key, claim } = issueApiKey();
    expect(key).toMatch(/^aura_[0-9a-f]{32}_[A-Za-z0-9_-]{43}$/);
    const secret = Buffer.from(key.slice(-43), 'base64url');
    expect(secret).toHaveLength(32);
    expect(claim.hash).toEqual(createHash('sha256').update(secret).digest());
    expect(key.slice(5, 37)).toBe(claim.id.replaceAll('-', ''));
    expect(new Set(Array.from({ length: 100 }, () => issueApiKey().key)).size).toBe(100);
  });

  it('are read back as what they were made of', () => {
    for (let round = 0; round < 100; round++) {
      const { key, claim } = issueApiKey();
      expect(isApiKey(key)).toBe(true);
      expect(parseApiKey(key)).toEqual(claim);
    }
  });

  it('are refused in every other form', () => {
    const { key } = issueApiKey();
    const lastOf = (text: string): string => text.slice(-1);
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const spareBits = alphabet[alphabet.indexOf(lastOf(key)) + 1] ?? '';
    const wrong = [
      '',
      'aura_',
      key.slice(0, -1),
      `${key}A`,
      `${key}\n`,
      ` ${key}`,
      key.slice(0, -1) + spareBits,
      `${key.slice(0, -1)}=`,
      `${key.slice(0, -1)}+`,
      key.toUpperCase(),
      key.replace('aura_', 'aura-'),
      key.replace('aura_', 'AURA_'),
      `aura_${'g'.repeat(32)}_${key.slice(-43)}`,
      `aura_${key.slice(5, 13)}-${key.slice(13)}`,
    ];
    for (const text of wrong) expect(parseApiKey(text), text).toBeNull();
  });
});
