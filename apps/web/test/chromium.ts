import { findOrInstallProgram } from '@aura/backend/testing';
import { chromium, type Browser } from 'playwright-core';

/**
 * The path of a Chromium or Chrome: `CHROMIUM_PATH`, else from PATH, else installed with apt-get (root on Debian).
 * Rejects with what to install.
 */
export async function findChromium(): Promise<string> {
  const chosen = process.env['CHROMIUM_PATH'];
  if (chosen) return chosen;
  const search = await findOrInstallProgram({
    commands: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
    // The font draws Korean, which Debian's Chromium otherwise shows as boxes.
    debianPackages: ['chromium', 'fonts-noto-cjk'],
  });
  if (search.kind === 'found') return search.path;
  throw new Error(
    `The browser tests need Chromium or Chrome: ${search.reason}. Install it (Debian: ` +
      '`apt-get install chromium fonts-noto-cjk`; Ubuntu: Google Chrome from google.com/chrome; Fedora: ' +
      '`dnf install chromium`) or set CHROMIUM_PATH to one, then run the tests again.',
  );
}

/** A headless browser that talks to nobody but the pages under test. `await using` closes it. */
export async function launchChromium(): Promise<Browser> {
  return await chromium.launch({
    executablePath: await findChromium(),
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
