// Runs before the first paint, so that a chosen scheme never flashes the other one. It is a file of its own,
// not inline, because the page's content security policy allows no inline scripts.
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem('aura.colorScheme');
  } catch {
    // Storage is off: follow the system.
  }
  const isDark =
    chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.setAttribute('data-mantine-color-scheme', isDark ? 'dark' : 'light');
})();
