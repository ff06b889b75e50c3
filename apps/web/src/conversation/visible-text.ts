/** Characters that are not seen, or make what is seen stand in another order than what is executed. */
const HIDDEN = /[\u00AD\u061C\u200B-\u200F\u202A-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB]/g;

/** `text` with such characters written out, as `\u202e`: who decides must see what there is. */
export function visibleText(text: string): string {
  return text.replaceAll(HIDDEN, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
