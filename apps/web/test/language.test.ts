import { afterAll, beforeAll, expect, test } from 'vitest';
import { answer, composer, runs, runWith } from './app-page.ts';
import { createWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(async () => await world[Symbol.asyncDispose]());

test('the app speaks the browser’s language, and the one that was chosen after a reload', async () => {
  const page = await world.openTab(await world.openBrowser({ locale: 'ko-KR' }));
  await page.getByRole('heading', { name: '다시 오셨군요' }).waitFor();
  expect(await page.locator('html').getAttribute('lang')).toBe('ko');
  await page.getByRole('button', { name: 'English' }).click();
  await page.getByRole('heading', { name: 'Welcome back' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'Welcome back' }).waitFor();
  expect(await page.locator('html').getAttribute('lang')).toBe('en');
});

test('Enter that ends a Korean syllable does not send; the next one does', async () => {
  const person = await world.addPerson();
  const page = await world.openTab(await world.openBrowser({ locale: 'ko-KR' }));
  await page.getByLabel('이메일').fill(person.email);
  await page.getByLabel('비밀번호', { exact: true }).fill(person.password);
  await page.getByRole('button', { name: '로그인' }).click();
  await composer(page).click();

  const keyboard = await page.context().newCDPSession(page);
  const enters: boolean[] = [];
  await page.exposeFunction('reportEnter', (isComposing: boolean) => enters.push(isComposing));
  await page.evaluate(
    `addEventListener('keydown', (event) => event.key === 'Enter' && reportEnter(event.isComposing), true)`,
  );
  await keyboard.send('Input.imeSetComposition', { text: '안녕', selectionStart: 2, selectionEnd: 2 });
  // As an input method sends it: a key that types nothing.
  await keyboard.send('Input.dispatchKeyEvent', {
    type: 'rawKeyDown',
    key: 'Enter',
    windowsVirtualKeyCode: 13,
  });
  await keyboard.send('Input.dispatchKeyEvent', { type: 'keyUp', key: 'Enter', windowsVirtualKeyCode: 13 });
  await keyboard.send('Input.insertText', { text: '안녕하세요' });
  expect(await composer(page).inputValue()).toBe('안녕하세요');
  expect(await runs(page).count()).toBe(0);

  await composer(page).press('Enter');
  await runWith(page, 'completed');
  expect(enters).toEqual([true, false]);
  expect(await answer(page).textContent()).toMatch(/[가-힣]/);
  expect(await page.locator('article').first().textContent()).toContain('안녕하세요');
});

test('dark or light is the system’s until one is chosen, which is there before the first paint', async () => {
  const browser = await world.openBrowser({ colorScheme: 'dark' });
  const page = await world.openTab(browser);
  const scheme = () => page.locator('html').getAttribute('data-mantine-color-scheme');
  expect(await scheme()).toBe('dark');
  await page.getByRole('button', { name: 'Theme: Light' }).click();
  expect(await scheme()).toBe('light');
  // Without the app's own script only the one in the head can have set it.
  await page.route(/assets\/.*\.js$/, (route) => route.abort());
  await page.reload();
  expect(await scheme()).toBe('light');
});
