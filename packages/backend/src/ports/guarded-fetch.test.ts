import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { guardBefore, startTestSite, type TestSite } from './guarded-fetch-testing.ts';

let site: TestSite;
beforeAll(async () => {
  site = await startTestSite();
});
afterAll(async () => await site[Symbol.asyncDispose]());

describe('a redirect', () => {
  it('is followed, and its answer says where it came from', async () => {
    await using guarded = guardBefore(site);
    const response = await guarded.fetch('https://a.example/?to=https://b.example/end');
    expect([response.status, response.url, await response.text()]).toEqual([
      200,
      'https://b.example/end',
      'hello',
    ]);
  });

  it('is followed five times and no more', async () => {
    await using guarded = guardBefore(site);
    site.seen.length = 0;
    await expect(guarded.fetch('https://a.example/loop')).rejects.toMatchObject({ reason: 'refused' });
    expect(site.seen.length).toBe(6);
  });

  it('is given as it is when asked for', async () => {
    await using guarded = guardBefore(site);
    const response = await guarded.fetch('https://a.example/?to=/end', { redirect: 'manual' });
    expect([response.status, response.headers.get('location')]).toEqual([302, '/end']);
  });

  it('takes headers along within the origin, and no secret to another one', async () => {
    await using guarded = guardBefore(site);
    const headers = {
      authorization: 'Bearer s3cret',
      'x-api-key': 's3cret',
      cookie: 's3cret',
      accept: 'text/plain',
    };
    site.seen.length = 0;
    await (await guarded.fetch('https://a.example/?to=/here', { headers })).text();
    expect(site.seen[1]?.headers).toMatchObject(headers);
    site.seen.length = 0;
    await (await guarded.fetch('https://a.example/?to=https://b.example/', { headers })).text();
    expect(JSON.stringify(site.seen[1])).not.toContain('s3cret');
    expect(site.seen[1]?.headers.accept).toBe('text/plain');
    site.seen.length = 0;
    // Another port is another origin.
    await (await guarded.fetch('https://a.example/?to=https://a.example:444/', { headers })).text();
    expect(JSON.stringify(site.seen[1])).not.toContain('s3cret');
  });

  it.each([
    [301, 'GET', ''],
    [302, 'GET', ''],
    [303, 'GET', ''],
    [307, 'POST', 'data'],
    [308, 'POST', 'data'],
  ])('with %i turns a POST into a %s', async (status, method, body) => {
    await using guarded = guardBefore(site);
    site.seen.length = 0;
    await guarded.fetch(`https://a.example/?to=/end&status=${status}`, { method: 'POST', body: 'data' });
    expect(site.seen[1]).toMatchObject({ method, body, path: '/end' });
  });

  it('never takes a body to another origin', async () => {
    await using guarded = guardBefore(site);
    site.seen.length = 0;
    const url = 'https://a.example/?status=307&to=https://b.example/';
    await expect(guarded.fetch(url, { method: 'POST', body: 'data' })).rejects.toMatchObject({
      reason: 'refused',
    });
    expect(site.seen.length).toBe(1);
  });
});

describe('an answer', () => {
  it('is read up to its limit, counted unpacked, and what came before can be used', async () => {
    await using guarded = guardBefore(site);
    const response = await guarded.fetch('https://a.example/zip');
    expect([...response.headers.keys()]).not.toContain('content-encoding');
    let bytes = 0;
    const read = async (): Promise<void> => {
      for await (const chunk of response.body ?? []) bytes += chunk.byteLength;
    };
    await expect(read()).rejects.toMatchObject({ name: 'GuardedFetchError', reason: 'too_large' });
    expect(bytes).toBe(1_000_000);
  });

  it('must begin and must end in time', async () => {
    await using guarded = guardBefore(site, { headersTimeoutMs: 50, totalTimeoutMs: 150 });
    await expect(guarded.fetch('https://a.example/silent')).rejects.toMatchObject({
      reason: 'timeout',
      message: 'The server took longer than 0.05 s.',
    });
    const response = await guarded.fetch('https://a.example/stall');
    await expect(response.text()).rejects.toMatchObject({ reason: 'timeout' });
  });

  it('waits no longer for a name than for the rest', async () => {
    await using guarded = guardBefore(site, {
      headersTimeoutMs: 50,
      resolve: async () => await new Promise(() => {}),
    });
    await expect(guarded.fetch('https://a.example/')).rejects.toMatchObject({ reason: 'timeout' });
  });

  it('that breaks off fails', async () => {
    await using guarded = guardBefore(site);
    const response = await guarded.fetch('https://a.example/cut');
    await expect(response.text()).rejects.toMatchObject({ reason: 'unreachable' });
  });

  it('is given up when the caller aborts, before and while it is read', async () => {
    await using guarded = guardBefore(site);
    const reason = new Error('no longer wanted');
    const before = new AbortController();
    const asked = guarded.fetch('https://a.example/silent', { signal: before.signal });
    before.abort(reason);
    await expect(asked).rejects.toBe(reason);
    const during = new AbortController();
    const response = await guarded.fetch('https://a.example/stall', { signal: during.signal });
    const text = response.text();
    during.abort(reason);
    await expect(text).rejects.toBe(reason);
  });

  it('can be left unread', async () => {
    await using guarded = guardBefore(site);
    const response = await guarded.fetch('https://a.example/stall');
    await response.body?.cancel();
  });

  it('comes for the host of the URL, whatever Host header was asked for', async () => {
    await using guarded = guardBefore(site);
    site.seen.length = 0;
    await guarded.fetch('https://a.example/', { headers: { host: 'b.example' } });
    expect(site.seen[0]?.headers.host).toBe('a.example');
  });
});
