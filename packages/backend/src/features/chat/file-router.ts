import { Readable } from 'node:stream';
import { attachmentRefSchema, roomRefSchema } from '@aura/contract';
import { z } from 'zod';
import { memberProcedure, publicProcedure, router, userProcedure } from '../../trpc/trpc.ts';
import { openAttachment, openSignedAttachment } from './open-attachment.ts';
import { uploadAttachment } from './upload-attachment.ts';

/**
 * What the routes for files call, so that these know the same callers, scopes and errors as all else. No part of the
 * public router: bytes do not travel as JSON.
 */
export const fileRouter = router({
  upload: memberProcedure
    .input(
      roomRefSchema.extend({
        name: z.string(),
        mediaType: z.string().optional(),
        bytes: z.instanceof(Readable),
        byteCount: z.number().optional(),
      }),
    )
    .mutation(async ({ ctx, input }) => await uploadAttachment(ctx, input)),
  open: userProcedure
    .input(attachmentRefSchema)
    .query(async ({ ctx, input }) => await openAttachment(ctx, input)),
  openSigned: publicProcedure
    .input(attachmentRefSchema.extend({ signature: z.string().max(300) }))
    .query(async ({ ctx, input }) => await openSignedAttachment(ctx, input)),
});
