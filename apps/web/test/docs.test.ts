import { afterAll, beforeAll, expect, test } from 'vitest';
import { createWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(async () => await world[Symbol.asyncDispose]());

test('the API reference shows every route and loads nothing from elsewhere, under the policy of the app', async () => {
  const page = await (await world.openBrowser()).newPage();
  const hosts = new Set<string>();
  const failed: string[] = [];
  page.on('request', (request) => hosts.add(new URL(request.url()).host));
  page.on('response', (response) => {
    if (!response.ok()) failed.push(response.url());
  });
  await page.goto('/docs');
  await page.getByText('/api/aura/test/stream').waitFor();
  expect([...hosts].filter((host) => host !== '')).toEqual([new URL(world.url).host]);
  expect(failed).toEqual([]);

  // As somebody who reads it would: a route opened, tried, answered by this server.
  const ping = page.locator('.opblock', { hasText: '/test/ping' });
  await ping.getByRole('button').first().click();
  await ping.getByRole('button', { name: 'Try it out' }).click();
  await ping.getByRole('button', { name: 'Execute' }).click();
  await ping.getByText('"pong"').first().waitFor();
});
