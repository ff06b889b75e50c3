import { TRPCError } from '@trpc/server';
import { getHTTPStatusCodeFromError } from '@trpc/server/http';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Core } from '../../context.ts';
import { fileRouter } from '../../features/chat/file-router.ts';
import type { OpenedAttachment } from '../../features/chat/open-attachment.ts';
import { errorData, publicMessage } from '../../trpc/errors.ts';
import { createCallerFactory } from '../../trpc/trpc.ts';
import { reportError } from '../report-error.ts';
import { asTrpcError } from '../../trpc/errors.ts';
import { httpContext } from '../request-context.ts';
import { requestInfo } from '../request-info.ts';
import { type RequestInfos, tellRateLimits } from '../tell-rate-limits.ts';
import { handleError, sendProblem } from './problem.ts';

const createFileCaller = createCallerFactory(fileRouter);
type FileCaller = ReturnType<typeof createFileCaller>;

/** What browsers may show on this host's pages; everything else is saved. SVG is none of them: it can run scripts. */
const SHOWN = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif']);

/** Files of rooms: `POST /api/rooms/{roomId}/attachments?name=…` with the bytes as its body, `GET /api/attachments/{id}`. */
export async function attachmentRoutes(app: FastifyInstance, { core }: { core: Core }): Promise<void> {
  // Whatever it is, it goes to the store as it comes.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
  app.setErrorHandler(sendFileProblem);
  const parts = { core, infos: tellRateLimits(app, core) };

  app.post<{ Params: { roomId: string }; Querystring: { name?: string | string[] } }>(
    '/api/rooms/:roomId/attachments',
    async (request, reply) => {
      const { headers, params, query, raw } = request;
      const files = await fileCaller(parts, request, reply);
      const file = await files.upload({
        roomId: params.roomId,
        name: [query.name ?? 'file'].flat().join(''),
        mediaType: headers['content-type'],
        bytes: raw,
        byteCount: headers['content-length'] === undefined ? undefined : Number(headers['content-length']),
      });
      return await reply.code(201).send(file);
    },
  );

  app.get<{ Params: { attachmentId: string }; Querystring: { signature?: string | string[] } }>(
    '/api/attachments/:attachmentId',
    async (request, reply) => {
      const { attachmentId } = request.params;
      const { signature } = request.query;
      const files = await fileCaller(parts, request, reply);
      const opened =
        signature === undefined
          ? await files.open({ attachmentId })
          : await files.openSigned({ attachmentId, signature: [signature].flat().join('') });
      return await sendFile(reply, opened);
    },
  );
}

interface Parts {
  core: Core;
  infos: RequestInfos;
}

async function fileCaller(
  { core, infos }: Parts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FileCaller> {
  const { raw, id, headers } = request;
  try {
    const setCookie = (value: string): void => void reply.header('set-cookie', value);
    const info = requestInfo(raw, id, core.config);
    infos.set(request, info);
    return createFileCaller(await httpContext(core, { headers, info, setCookie }));
  } catch (err) {
    throw asTrpcError(err);
  }
}

/** A file is a stranger's: nothing in it may run, and it is only shown where that is safe. */
function sendFile(reply: FastifyReply, { file, bytes }: OpenedAttachment): FastifyReply {
  const kind = SHOWN.has(file.mediaType) ? 'inline' : 'attachment';
  return reply
    .headers({
      'content-type': file.mediaType,
      'content-length': file.bytes,
      'content-disposition': `${kind}; filename*=UTF-8''${encodeName(file.name)}`,
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
      // Pages of other origins that may call may show it as well; nobody comes upon its address.
      'cross-origin-resource-policy': 'cross-origin',
      'cache-control': 'private, max-age=300, immutable',
      'accept-ranges': 'none',
    })
    .send(bytes);
}

/** As RFC 8187 has it, which leaves fewer characters alone than `encodeURIComponent`. */
function encodeName(name: string): string {
  return encodeURIComponent(name).replaceAll(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function sendFileProblem(
  error: FastifyError | TRPCError,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  // What was not read of an upload is read and dropped, or its sender would never get to the answer.
  request.raw.resume();
  if (!(error instanceof TRPCError)) return handleError(error, request, reply);
  reportError(request.log, { error });
  const { code, retryAfterMs } = errorData(error, request.id);
  const status = getHTTPStatusCodeFromError(error);
  if (status === 401) reply.header('www-authenticate', 'Bearer');
  if (retryAfterMs !== undefined) reply.header('retry-after', Math.ceil(retryAfterMs / 1_000));
  return sendProblem(reply, { status, code, detail: publicMessage(error) });
}
