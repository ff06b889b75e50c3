import { LIMITS } from '@aura/contract';
import { storableText } from '../../db/json-text.ts';

/** What would hide how a name ends, or break a header: control characters and those that turn the direction of writing. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
const MEDIA_TYPE = /^[a-z0-9][\w!#$&^.+-]{0,62}\/[a-z0-9][\w!#$&^.+-]{0,62}$/;

/** The name of a file as it is shown and saved: of a path its last part, never empty, never hidden. */
export function attachmentName(given: string): string {
  const last = storableText(given).split(/[/\\]/).at(-1) ?? '';
  const name = last
    .replaceAll(INVISIBLE, '')
    .replace(/^[.\s]+/, '')
    .trim();
  if (name.length <= LIMITS.attachmentNameChars) return name === '' ? 'file' : name;
  const extension = /\.[^.]{1,10}$/.exec(name)?.[0] ?? '';
  return name.slice(0, LIMITS.attachmentNameChars - extension.length).toWellFormed() + extension;
}

/** What a sender says that a file is, without parameters; what makes no sense is just bytes. */
export function attachmentMediaType(given: string | undefined): string {
  const type = (given ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  return MEDIA_TYPE.test(type) ? type : 'application/octet-stream';
}
