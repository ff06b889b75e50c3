import { createTheme, type CSSVariablesResolver, localStorageColorSchemeManager } from '@mantine/core';

const FONT =
  "'Inter Variable', 'Pretendard Variable', Pretendard, -apple-system, BlinkMacSystemFont, 'Segoe UI', " +
  "'Apple SD Gothic Neo', 'Noto Sans KR', 'Noto Sans CJK KR', 'Malgun Gothic', sans-serif";
const MONO_FONT =
  "ui-monospace, 'SF Mono', 'Cascadia Code', 'JetBrains Mono', Menlo, Consolas, 'DejaVu Sans Mono', " +
  "'Noto Sans Mono CJK KR', monospace";

/** The key is shared with public/color-scheme.js, which sets the scheme before the first paint. */
export const colorSchemeManager = localStorageColorSchemeManager({ key: 'aura.colorScheme' });

export const theme = createTheme({
  fontFamily: FONT,
  fontFamilyMonospace: MONO_FONT,
  headings: { fontFamily: FONT, fontWeight: '600' },
  primaryColor: 'celadon',
  primaryShade: 7,
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  black: '#1d211f',
  colors: {
    celadon: [
      '#ecf7f3',
      '#d8eee6',
      '#aedccd',
      '#80cab4',
      '#5cc4ab',
      '#38a98a',
      '#1f917a',
      '#0f7a66',
      '#0b6556',
      '#074f44',
    ],
    /* The app's own red: the library's is too pale for words. */
    red: [
      '#fbeeec',
      '#f7dcd8',
      '#f2bdb6',
      '#f09086',
      '#e26f63',
      '#cf5145',
      '#b3372c',
      '#b3372c',
      '#8f2b22',
      '#6e211a',
    ],
    gray: [
      '#f7f7f4',
      '#f1f1ed',
      '#e8e8e3',
      '#dcdcd6',
      '#c7c9c3',
      '#a6aaa4',
      '#616762',
      '#4b514d',
      '#313633',
      '#1d211f',
    ],
    dark: [
      '#e6eae7',
      '#c8cfcb',
      '#a0a9a4',
      '#7d8781',
      '#39413d',
      '#2b312e',
      '#1d2220',
      '#141716',
      '#101312',
      '#0b0d0c',
    ],
  },
  components: {
    Tooltip: { defaultProps: { openDelay: 400, withArrow: false } },
    Modal: {
      defaultProps: { centered: true, radius: 'lg', overlayProps: { backgroundOpacity: 0.4, blur: 2 } },
      styles: { title: { lineHeight: 1.4, overflowWrap: 'anywhere' } },
    },
    Menu: { defaultProps: { radius: 'md', shadow: 'md' } },
  },
});

/** Page colours that Mantine derives from its own greys. */
export const cssVariablesResolver: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-error': 'var(--aura-danger)',
    '--mantine-color-body': '#fcfcfa',
    '--mantine-color-placeholder': '#616762',
  },
  dark: {
    '--mantine-color-error': 'var(--aura-danger)',
    // What menus write in red with, whatever the scheme.
    '--mantine-color-red-6': 'var(--aura-danger)',
    '--mantine-color-body': '#141716',
    '--mantine-color-placeholder': '#8b958f',
  },
});
