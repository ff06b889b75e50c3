export const LANGUAGES = ['en', 'ko'] as const;
export type Language = (typeof LANGUAGES)[number];
/** Each language in its own words, as people look for theirs. */
export const LANGUAGE_NAMES: Record<Language, string> = { en: 'English', ko: '한국어' };

const STORAGE_KEY = 'aura.language';

/** `value` as a language of the app, or null. */
export function parseLanguage(value: string | null | undefined): Language | null {
  const base = value?.toLowerCase().split('-')[0];
  return LANGUAGES.find((language) => language === base) ?? null;
}

/** The remembered choice, else the first of the browser's languages that the app speaks, else English. */
export function chosenLanguage(): Language {
  const candidates = [readStored(), ...navigator.languages];
  for (const candidate of candidates) {
    const language = parseLanguage(candidate);
    if (language !== null) return language;
  }
  return 'en';
}

export function rememberLanguage(language: Language): void {
  try {
    localStorage.setItem(STORAGE_KEY, language);
  } catch {
    // Storage is off or full: the choice lasts as long as the page.
  }
}

function readStored(): string | null {
  try {
    return localStorage.getItem(STORAGE_KEY);
  } catch {
    return null;
  }
}
