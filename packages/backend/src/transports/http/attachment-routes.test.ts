import { randomBytes, randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { type AttachmentView, attachmentViewSchema, LIMITS } from '@aura/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { setArchived, setMuted } from '../../features/chat/message-testing.ts';
import { createTestRoom, expectRoomConverges } from '../../features/chat/room-testing.ts';
import { listBlobKeys } from '../../testing/list-blob-keys.ts';
import { createTestCaller, createTestTenant, type TestCaller } from '../../testing/test-caller.ts';
import { createTestServer, type TestServer } from '../../testing/test-server.ts';

let test: TestServer;
beforeAll(async () => {
  test = await createTestServer();
});
afterAll(async () => await test[Symbol.asyncDispose]());

const code = (aura: string) => ({ cause: { code: aura } });
type Body = NonNullable<RequestInit['body']>;
const problemSchema = z.object({ status: z.int(), code: z.string(), detail: z.string() });

async function send(
  { ctx }: TestCaller,
  path: string,
  init: { body?: Body; headers?: Record<string, string> } = {},
): Promise<Response> {
  const headers = { authorization: `Bearer ${await test.tokenOf(ctx.caller)}`, ...init.headers };
  const { body } = init;
  return await fetch(`${test.server.url}${path}`, {
    headers,
    ...(body === undefined ? {} : { method: 'POST', body, duplex: 'half' }),
  });
}

async function upload(
  by: TestCaller,
  roomId: string,
  { name = 'a.txt', body = 'hello', type = 'text/plain' }: { name?: string; body?: Body; type?: string } = {},
): Promise<AttachmentView> {
  const query = new URLSearchParams({ name }).toString();
  const answer = await send(by, `/api/rooms/${roomId}/attachments?${query}`, {
    body,
    headers: { 'content-type': type },
  });
  expect(answer.status, await answer.clone().text()).toBe(201);
  return attachmentViewSchema.parse(await answer.json());
}

async function problemOf(answer: Response): Promise<{ status: number; code: string; detail: string }> {
  return problemSchema.parse(await answer.json());
}

const blobCount = async (): Promise<number> => (await listBlobKeys(test.node.backend.blobs)).length;

describe('uploading a file', () => {
  it('needs a token, the scope to write, and a member of the room who may write', async () => {
    const { roomId, owner, members } = await createTestRoom(test.node.backend);
    const [member] = members;
    if (member === undefined) throw new Error('no member');
    const path = `/api/rooms/${roomId}/attachments`;
    const before = await blobCount();
    const anonymous = await fetch(`${test.server.url}${path}`, { method: 'POST', body: 'x' });
    expect(anonymous.status).toBe(401);
    expect(anonymous.headers.get('www-authenticate')).toBe('Bearer');
    const guest = await createTestCaller(test.node.backend, { role: 'guest' });
    expect(await problemOf(await send(guest, path, { body: 'x' }))).toMatchObject({ code: 'FORBIDDEN' });
    const tenantId = await createTestTenant(test.node.backend);
    const outsiders = [
      await createTestCaller(test.node.backend),
      await createTestCaller(test.node.backend, { tenantId, role: 'admin' }),
    ];
    for (const outsider of outsiders) {
      const hidden = await problemOf(await send(outsider, path, { body: 'x' }));
      const missing = `/api/rooms/${randomUUID()}/attachments`;
      expect(hidden).toEqual(await problemOf(await send(outsider, missing, { body: 'x' })));
      expect(hidden).toMatchObject({ status: 404, code: 'NOT_FOUND' });
    }
    expect(await problemOf(await send(owner, '/api/rooms/x/attachments', { body: 'x' }))).toMatchObject({
      status: 400,
      code: 'BAD_INPUT',
    });
    await setMuted(member, roomId, 60);
    expect(await problemOf(await send(member, path, { body: 'x' }))).toMatchObject({ code: 'MUTED' });
    await setArchived(owner, roomId, true);
    expect(await problemOf(await send(owner, path, { body: 'x' }))).toMatchObject({ code: 'ROOM_ARCHIVED' });
    expect(await blobCount()).toBe(before);
  });

  it('refuses one that is too large, before all of it was read, whether or not it says so', async () => {
    const { roomId, owner } = await createTestRoom(test.node.backend);
    const path = `/api/rooms/${roomId}/attachments`;
    const before = await blobCount();
    const told = await send(owner, path, { body: new Uint8Array(LIMITS.attachmentBytes + 1) });
    expect(await problemOf(told)).toMatchObject({ status: 413, code: 'PAYLOAD_TOO_LARGE' });
    let chunks = 0;
    const untold = new ReadableStream({
      pull(controller) {
        if (++chunks > 400) controller.close();
        else controller.enqueue(new Uint8Array(65_536));
      },
    });
    const answer = await send(owner, path, { body: untold });
    expect(await problemOf(answer)).toMatchObject({ status: 413, code: 'PAYLOAD_TOO_LARGE' });
    const most = await upload(owner, roomId, { body: new Blob([new Uint8Array(LIMITS.attachmentBytes)]) });
    expect(most.bytes).toBe(LIMITS.attachmentBytes);
    expect(await blobCount()).toBe(before + 1);
  });

  it('leaves nothing when it breaks off', async () => {
    const { roomId, owner } = await createTestRoom(test.node.backend);
    const before = await blobCount();
    const socket = connect(test.server.port, '127.0.0.1');
    socket.write(
      `POST /api/rooms/${roomId}/attachments HTTP/1.1\r\nHost: localhost\r\n` +
        `Authorization: Bearer ${await test.tokenOf(owner.ctx.caller)}\r\nContent-Length: 1000\r\n\r\nhalf`,
    );
    await expect.poll(blobCount).toBe(before + 1);
    socket.destroy();
    await expect.poll(blobCount).toBe(before);
  });

  it('takes whatever type and name it is given, and makes them harmless', async () => {
    const { roomId, owner } = await createTestRoom(test.node.backend);
    const named = await upload(owner, roomId, { name: '../../../etc/pass\nwd', type: 'Image/PNG; x=y' });
    expect(named).toMatchObject({ name: 'passwd', mediaType: 'image/png', bytes: 5 });
    const path = `/api/rooms/${roomId}/attachments`;
    const bare = attachmentViewSchema.parse(
      await (await send(owner, path, { body: new TextEncoder().encode('{"not": "parsed"') })).json(),
    );
    expect(bare).toMatchObject({ name: 'file', mediaType: 'application/octet-stream' });
    const json = await upload(owner, roomId, { type: 'application/json', body: '{' });
    expect(json.bytes).toBe(1);
  });

  it('of too many that are not posted is refused, also at the same moment', async () => {
    const { roomId, owner } = await createTestRoom(test.node.backend);
    const statuses: number[] = [];
    for (let sent = 0; sent < LIMITS.looseUploads + 5; sent += 5) {
      const answers = await Promise.all(
        Array.from(
          { length: 5 },
          async () => await send(owner, `/api/rooms/${roomId}/attachments`, { body: 'x' }),
        ),
      );
      statuses.push(...answers.map(({ status }) => status));
    }
    expect(statuses.filter((status) => status === 201)).toHaveLength(LIMITS.looseUploads);
    expect(statuses.filter((status) => status === 429)).toHaveLength(5);
  });
});

describe('a file', () => {
  it('is seen by its sender, once posted by the room, and by nobody else', async () => {
    const { roomId, owner, members } = await createTestRoom(test.node.backend);
    const [member] = members;
    if (member === undefined) throw new Error('no member');
    const body = randomBytes(100_000);
    const file = await upload(owner, roomId, {
      name: '사진 1.png',
      type: 'image/png',
      body: new Blob([body]),
    });
    const path = `/api/attachments/${file.id}`;
    const missing = await problemOf(await send(member, `/api/attachments/${randomUUID()}`));
    expect(missing).toMatchObject({ status: 404, code: 'NOT_FOUND' });
    expect(await problemOf(await send(member, path))).toEqual(missing);
    const state = await expectRoomConverges(member, roomId, async () => {
      await owner.call.chat.postMessage({
        roomId,
        text: '',
        attachmentIds: [file.id],
        clientId: randomUUID(),
      });
    });
    expect(state.messages).toMatchObject([{ text: '', attachments: [file] }]);
    for (const reader of [owner, member]) {
      const answer = await send(reader, path);
      expect(Buffer.from(await answer.arrayBuffer()).equals(body)).toBe(true);
      expect(Object.fromEntries(answer.headers)).toMatchObject({
        'content-type': 'image/png',
        'content-length': '100000',
        'content-disposition': `inline; filename*=UTF-8''${encodeURIComponent('사진 1.png')}`,
        'content-security-policy': "default-src 'none'; sandbox",
        'x-content-type-options': 'nosniff',
      });
    }
    const tenantId = await createTestTenant(test.node.backend);
    for (const options of [{}, { tenantId, role: 'admin' as const }]) {
      const outsider = await createTestCaller(test.node.backend, options);
      expect(await problemOf(await send(outsider, path))).toEqual(missing);
      const url = outsider.call.chat.attachmentUrl({ attachmentId: file.id });
      await expect(url).rejects.toMatchObject(code('NOT_FOUND'));
    }
    expect((await fetch(`${test.server.url}${path}`)).status).toBe(401);
  });

  it('that could run in a browser is only ever saved', async () => {
    const { roomId, owner } = await createTestRoom(test.node.backend);
    for (const type of [
      'text/html',
      'image/svg+xml',
      'application/xhtml+xml',
      'text/javascript',
      'application/pdf',
    ]) {
      const file = await upload(owner, roomId, { name: `x'(*).html`, type, body: '<script>1</script>' });
      const { headers } = await send(owner, `/api/attachments/${file.id}`);
      expect(headers.get('content-disposition')).toBe("attachment; filename*=UTF-8''x%27%28%2A%29.html");
      expect(headers.get('content-security-policy')).toContain('sandbox');
    }
  });

  it('has an address that works without a token, until whoever asked for it leaves the room', async () => {
    const { roomId, owner, members } = await createTestRoom(test.node.backend);
    const [member] = members;
    if (member === undefined) throw new Error('no member');
    const file = await upload(owner, roomId, { body: 'words' });
    await owner.call.chat.postMessage({ roomId, text: '', attachmentIds: [file.id], clientId: randomUUID() });
    const { url, expiresAt } = await member.call.chat.attachmentUrl({ attachmentId: file.id });
    const leftMs = Date.parse(expiresAt) - Date.now();
    expect(leftMs).toBeGreaterThan(0);
    expect(leftMs).toBeLessThanOrEqual(600_000);
    const answer = await fetch(`${test.server.url}${url}`);
    expect([answer.status, await answer.text()]).toEqual([200, 'words']);
    const forged = await fetch(`${test.server.url}${url}x`);
    expect([forged.status, (await problemOf(forged)).code]).toEqual([401, 'UNAUTHORIZED']);
    await test.node.backend.database.db
      .deleteFrom('roomMembers')
      .where('userId', '=', member.ctx.caller.userId)
      .execute();
    expect((await fetch(`${test.server.url}${url}`)).status).toBe(404);
  });

  it('is not there any more, by any address, for somebody who was deactivated', async () => {
    const { roomId, owner } = await createTestRoom(test.node.backend);
    const file = await upload(owner, roomId);
    const { url } = await owner.call.chat.attachmentUrl({ attachmentId: file.id });
    expect((await fetch(`${test.server.url}${url}`)).status).toBe(200);
    await test.node.backend.database.db
      .updateTable('users')
      .set({ isActive: false })
      .where('id', '=', owner.ctx.caller.userId)
      .execute();
    expect((await fetch(`${test.server.url}${url}`)).status).toBe(404);
  });

  it('is posted once, whoever tries at the same moment', async () => {
    const { roomId, owner } = await createTestRoom(test.node.backend);
    const { id } = await upload(owner, roomId);
    const post = async (attachmentIds: string[]) =>
      await owner.call.chat.postMessage({ roomId, text: 'see', attachmentIds, clientId: randomUUID() });
    const outcomes = await Promise.allSettled(Array.from({ length: 5 }, async () => await post([id])));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject(code('BAD_INPUT'));
    }
    const { messages } = await owner.call.chat.messages({ roomId });
    expect(messages).toMatchObject([{ attachments: [{ id }] }]);
  });

  it('of somebody else, or of another room, is not there to be posted', async () => {
    const { roomId, owner, members } = await createTestRoom(test.node.backend);
    const other = await createTestRoom(test.node.backend);
    const foreign = await upload(other.owner, other.roomId);
    const { id } = await upload(owner, roomId);
    for (const attachmentId of [id, foreign.id, randomUUID()]) {
      const post = members[0]?.call.chat.postMessage({
        roomId,
        text: 'see',
        attachmentIds: [attachmentId],
        clientId: randomUUID(),
      });
      await expect(post).rejects.toMatchObject(code('BAD_INPUT'));
    }
  });

  it('goes with its message', async () => {
    const { roomId, owner } = await createTestRoom(test.node.backend);
    const before = await blobCount();
    const { id } = await upload(owner, roomId);
    const posted = await owner.call.chat.postMessage({
      roomId,
      text: 'see',
      attachmentIds: [id],
      clientId: randomUUID(),
    });
    const { url } = await owner.call.chat.attachmentUrl({ attachmentId: id });
    const state = await expectRoomConverges(owner, roomId, async () => {
      await owner.call.chat.deleteMessage({ roomId, messageId: posted.messageId });
    });
    expect(state.messages).toMatchObject([{ attachments: [] }]);
    expect(await blobCount()).toBe(before);
    expect((await fetch(`${test.server.url}${url}`)).status).toBe(404);
  });
});
