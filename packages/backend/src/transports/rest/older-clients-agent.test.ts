// What the guides of the older systems do with curl, over the wire and to the letter.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createWorkshop, letExpire } from '../../features/hitl/hitl-testing.ts';
import { bodyOf, curlStream } from './curl-testing.ts';
import { agentEvent, isEvent, type OlderClient, olderClient } from './older-client-testing.ts';

const workshop = createWorkshop();
let client: OlderClient;
let curl: OlderClient['curl'];
let token: OlderClient['token'];
let userId: OlderClient['userId'];
let test: OlderClient['test'];
beforeAll(async () => {
  client = await olderClient({ overrides: { tools: workshop.tools } });
  ({ curl, token, userId, test } = client);
});
afterAll(async () => await client[Symbol.asyncDispose]());

describe('the agent', () => {
  it('streams a run, waits for an approval, and goes on in the same stream once it is given', async () => {
    const prompt = '#think well\n#tool send {"to":"ada"}\n#say sent';
    await using stream = await curlStream(test.server, '/api/aura/test/stream', {
      token,
      json: { prompt, context: { path: '/mail', activeApp: 'mail', metadata: { tableCount: 1 } } },
    });
    expect(stream.status).toBe(200);
    expect(stream.headers.get('content-type')).toContain('text/event-stream');
    expect(stream.headers.get('cache-control')).toContain('no-transform');
    expect(stream.headers.get('x-accel-buffering')).toBe('no');
    expect(agentEvent(await stream.until(isEvent('thought'))).data).toMatchObject({ text: 'well' });

    const { data, sessionId } = agentEvent(await stream.until(isEvent('hitl')));
    expect(data).toMatchObject({
      sessionId,
      actionType: 'send',
      args: { to: 'ada', amount: 1 },
      argsHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      risk: 'external',
      allowed: ['approve', 'edit', 'reject', 'respond'],
    });
    expect(agentEvent(await stream.until(isEvent('done'))).data).toMatchObject({
      status: 'waiting_approval',
    });

    const requestId = z.uuid().parse(data['requestId']);
    const request = await curl(`/api/aura/hitl/requests/${requestId}`, { token });
    expect(request.body).toMatchObject({ status: 'SUCCESS', success: true, data: { requestId, sessionId } });
    const pending = await curl('/api/aura/hitl/requests?status=pending', { token });
    expect(pending.body).toMatchObject({ data: { requests: [{ requestId }] } });

    const approve = `/api/aura/hitl/approve/${requestId}`;
    const approved = await curl(approve, { token, json: { userId }, headers: { 'x-user-id': userId } });
    expect(approved).toMatchObject({ status: 200 });
    expect(approved.body).toEqual({
      status: 'SUCCESS',
      message: 'Request approved successfully',
      data: { requestId, sessionId, status: 'approved' },
      success: true,
      timestamp: expect.stringMatching(/Z$/),
    });

    expect(agentEvent(await stream.until(isEvent('hitl_resolved'))).data).toMatchObject({
      requestId,
      status: 'approved',
      decidedBy: userId,
    });
    const frames = await stream.rest();
    expect(frames.at(-1)).toEqual({ id: null, event: null, data: '[DONE]' });
    expect(frames.filter(isEvent('content')).map((frame) => agentEvent(frame).data)).toContainEqual(
      expect.objectContaining({ text: 'sent', usage: expect.anything() }),
    );
    expect(workshop.effects.filter(({ args }) => JSON.stringify(args).includes('ada'))).toHaveLength(1);

    const repeated = await curl(approve, { token, json: { userId } });
    expect(repeated).toMatchObject({ status: 200, body: { data: { status: 'approved' } } });
    const late = await curl(`/api/aura/hitl/reject/${requestId}`, { token, json: { reason: 'no' } });
    expect(late).toMatchObject({
      status: 409,
      body: {
        status: 'ERROR',
        success: false,
        errorCode: 'APPROVAL_ALREADY_DECIDED',
        data: { status: 'approved', decidedBy: userId, decidedAt: expect.any(String) },
      },
    });
  });

  const askForSend = async (to: string): Promise<{ requestId: string; sessionId: string }> => {
    await using stream = await curlStream(test.server, '/api/aura/stream', {
      token,
      json: { prompt: `#tool send {"to":"${to}"}\n#say gone on` },
    });
    const { data, sessionId } = agentEvent(await stream.until(isEvent('hitl')));
    return { requestId: z.uuid().parse(data['requestId']), sessionId };
  };

  it('rejects with a reason, and the run goes on although nobody listens', async () => {
    const { requestId, sessionId } = await askForSend('bob');
    const rejected = await curl(`/api/aura/hitl/reject/${requestId}`, { token, json: { reason: 'not now' } });
    expect(rejected.body).toMatchObject({
      message: 'Request rejected',
      data: { requestId, sessionId, status: 'rejected', reason: 'not now' },
    });
    const messages = `/conversations/${sessionId}/messages`;
    await expect
      .poll(async () => JSON.stringify((await curl(messages, { token })).body))
      .toContain('gone on');
    expect(JSON.stringify(workshop.effects)).not.toContain('bob');
  });

  it('410 for a request whose time is up, 404 for one of somebody else', async () => {
    const { requestId } = await askForSend('eve');
    const stranger = await client.strangersToken();
    expect((await curl(`/api/aura/hitl/approve/${requestId}`, { token: stranger, json: {} })).status).toBe(
      404,
    );
    const wrong = await curl(`/api/aura/hitl/approve/${requestId}`, {
      token,
      json: { argsHash: '0'.repeat(64) },
    });
    expect(wrong).toMatchObject({ status: 409, body: { errorCode: 'APPROVAL_MISMATCH' } });
    await letExpire(test.node.backend, requestId);
    const late = await curl(`/api/aura/hitl/approve/${requestId}`, { token, json: {} });
    expect(late).toMatchObject({ status: 410, body: { errorCode: 'APPROVAL_EXPIRED' } });
  });

  it('resumes by Last-Event-ID with nothing missing, nothing repeated and nothing asked twice', async () => {
    const json = { prompt: '#think hm\n#repeat 40 word' };
    await using whole = await curlStream(test.server, '/api/aura/stream', { token, json });
    const frames = await whole.rest();
    const { runId, sessionId } = agentEvent(frames[0] ?? { id: null, event: null, data: null });
    const place = 3;
    const lastEventId = frames[place]?.id ?? '';
    const after = frames.slice(place + 1);

    await using posted = await curlStream(test.server, '/api/aura/stream', {
      token,
      json,
      headers: { 'last-event-id': lastEventId },
    });
    expect(await posted.rest()).toEqual(after);
    await using attached = await curlStream(
      test.server,
      `/api/aura/runs/${runId}/stream?lastEventId=${lastEventId}`,
      { token },
    );
    expect(await attached.rest()).toEqual(after);
    const told = await curl(`/conversations/${sessionId}/messages`, { token });
    expect(told.body).toMatchObject({ messages: [{ role: 'user' }, { role: 'assistant' }], hasMore: false });
  });

  it('leaves the names of events out with ?format=data, and says the older ones with ?aliases=legacy', async () => {
    const json = { prompt: '#think hm\n#tool clock_now {}\n#say done' };
    await using plain = await curlStream(test.server, '/api/aura/stream?format=data&aliases=legacy', {
      token,
      json,
    });
    const frames = await plain.rest();
    expect(frames.every(({ event }) => event === null)).toBe(true);
    const types = new Set(frames.slice(0, -1).map((frame) => agentEvent(frame).type));
    expect(types).toEqual(new Set(['thinking', 'action', 'message', 'timeline_step_update', 'done']));
  });

  it('stops a run for whoever started it', async () => {
    await using stream = await curlStream(test.server, '/api/aura/stream', {
      token,
      json: { prompt: '#delay 1000\n#repeat 1000 word' },
    });
    const { runId } = agentEvent(await stream.until(({ data }) => typeof data === 'object'));
    const stopped = await curl(`/api/aura/runs/${runId}/stop`, { method: 'POST', token });
    expect(stopped.body).toMatchObject({ status: 'SUCCESS', data: { id: runId, status: 'cancelled' } });
    expect(agentEvent(await stream.until(isEvent('done'))).data).toMatchObject({ status: 'cancelled' });
  });

  it('takes no runs from guests, and from API keys what their scopes allow', async () => {
    const prompt = { json: { prompt: '#say hi' } };
    const guest = await client.strangersToken('guest');
    expect((await curl('/api/aura/stream', { token: guest, ...prompt })).status).toBe(403);
    const made = await curl('/trpc/auth.createApiKey', {
      token,
      json: { name: 'reader', scopes: ['read'] },
    });
    const { key } = bodyOf(made, z.object({ result: z.object({ data: z.object({ key: z.string() }) }) }))
      .result.data;
    expect((await curl('/conversations', { token: key })).status).toBe(200);
    expect((await curl('/api/aura/stream', { token: key, ...prompt })).status).toBe(403);
  });

  it('answers errors in the envelope, also at addresses that do not exist', async () => {
    const answers = [
      await curl('/api/aura/stream', { json: { prompt: 'hi' } }),
      await curl('/api/aura/stream', { token, json: {} }),
      await curl('/api/aura/nowhere', { token }),
      await curl(`/api/aura/runs/${randomUUID()}/stream`, { token }),
      await curl('/api/aura/stream', { token, text: 'prompt=hi' }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([401, 400, 404, 404, 415]);
    for (const { body } of answers) {
      expect(body).toMatchObject({ status: 'ERROR', success: false, errorCode: expect.any(String) });
    }
  });
});
