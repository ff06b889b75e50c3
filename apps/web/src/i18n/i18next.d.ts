import 'i18next';
import type { Dictionary } from './en.ts';

declare module 'i18next' {
  interface CustomTypeOptions {
    resources: { translation: Dictionary };
  }
}
