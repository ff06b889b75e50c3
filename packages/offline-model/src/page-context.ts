/** What a system message says about the page the user looks at. */
export type PageContext = { title?: string; url?: string };

const field = /\b(title|url|path)\b["']?(?:\s*[:=]\s*|>)["']?([^\n"<>]{1,200})/gi;
const maxScannedChars = 20_000;

/** Finds title and address in JSON, `key: value` lines or tags. A path is used when there is no URL. */
export function readPageContext(systemText: string): PageContext {
  const found = new Map<string, string>();
  for (const [, name = '', value = ''] of systemText.slice(0, maxScannedChars).matchAll(field)) {
    found.set(name.toLowerCase(), value.replaceAll('`', '').trim());
  }
  const title = found.get('title');
  const url = addressIn(found.get('url')) ?? addressIn(found.get('path'));
  return { ...(title ? { title } : {}), ...(url ? { url } : {}) };
}

function addressIn(text: string | undefined): string | undefined {
  return /^(?:https?:\/\/|\/)[^\s,;]+/.exec(text ?? '')?.[0];
}
