import { createTestServer, type TestServer } from '@aura/backend/testing';
import { type AuraClient, createAuraClient } from '@aura/client';
import { randomUUID } from 'node:crypto';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { launchChromium } from './chromium.ts';

/** A person with an account. */
export interface Person {
  email: string;
  password: string;
  userId: string;
  /** Signed in as them, from outside the browser. */
  client: AuraClient;
}

/** A server with the built app, a browser, and people in front of it. */
export interface World extends AsyncDisposable {
  server: TestServer;
  url: string;
  /** `nickname`: what others see; without one it is made of the address. */
  addPerson(options?: { nickname?: string }): Promise<Person>;
  /** A browser of its own: its tabs share a login. When a page in it breaks, the end of the world throws. */
  openBrowser(options?: BrowserContextOptions): Promise<BrowserContext>;
  /** A tab at `path` of the app. */
  openTab(context: BrowserContext, path?: string): Promise<Page>;
}

export async function createWorld(
  options: Pick<NonNullable<Parameters<typeof createTestServer>[0]>, 'tokensPerSecond' | 'config'> = {},
): Promise<World> {
  const webRoot = process.env['AURA_TEST_WEB_ROOT'];
  if (webRoot === undefined) throw new Error('run through vitest, whose global set-up builds the app');
  await using stack = new AsyncDisposableStack();
  const server = stack.use(await createTestServer({ ...options, webRoot }));
  const browser: Browser = stack.use(await launchChromium());
  const { url } = server.server;
  const faults: string[] = [];
  const parts = stack.move();
  return {
    server,
    url,
    async addPerson(options = {}) {
      const client = parts.use(createAuraClient({ url }));
      const person = { email: `${randomUUID()}@example.com`, password: 'correct horse battery' };
      const { user } = await client.register({ ...person, ...options });
      return { ...person, userId: user.id, client };
    },
    async openBrowser(contextOptions = {}) {
      const context = await browser.newContext({ baseURL: url, locale: 'en-US', ...contextOptions });
      context.setDefaultTimeout(15_000);
      context.on('weberror', (error) => faults.push(String(error.error())));
      context.on('console', (message) => {
        if (/content security policy/i.test(message.text())) faults.push(message.text());
      });
      return context;
    },
    async openTab(context, path = '') {
      const page = await context.newPage();
      await page.goto(`/app/${path}`);
      return page;
    },
    async [Symbol.asyncDispose]() {
      await parts.disposeAsync();
      if (faults.length > 0) throw new Error(`the app broke in the browser:\n${faults.join('\n')}`);
    },
  };
}
