import { afterAll, beforeAll, expect, test } from 'vitest';
import { composer, signIn } from './app-page.ts';
import { createWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(async () => await world[Symbol.asyncDispose]());

test('creating an account leads into the app; its e-mail cannot be taken twice', async () => {
  const { email } = await world.addPerson();
  const page = await world.openTab(await world.openBrowser());
  await page.getByRole('button', { name: 'Create an account' }).click();
  await page.getByLabel(/What should we call you/).fill('Mina');
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password', { exact: true }).fill('short');
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByText('Use at least 8 characters.').waitFor();

  await page.getByLabel('Password', { exact: true }).fill('long enough');
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByText('There is an account with this e-mail already.').waitFor();

  await page.getByLabel('E-mail').fill(`mina.${email}`);
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByRole('heading', { name: 'What shall we do, Mina?' }).waitFor();
});

test('wrong passwords are told, then lock the door and say for how long', async () => {
  const { email } = await world.addPerson();
  const page = await world.openTab(await world.openBrowser());
  const wrong = page.getByText('E-mail or password is wrong.');
  const locked = page
    .locator('[aria-hidden]')
    .getByText(/^Too many attempts. You can try again in \d+ seconds?\.$/);
  await signIn(page, { email, password: 'wrong' });
  await wrong.waitFor();
  // The lock comes after a few free attempts; how many is the server's business.
  for (let attempt = 0; attempt < 12 && !(await locked.isVisible()); attempt++) {
    const answered = page.waitForResponse(/auth\.login/);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await answered;
    await wrong.or(locked).first().waitFor();
  }
  await locked.waitFor();
  await page.getByText('You can try again now.').waitFor();
});

test('a session that is ended elsewhere leaves the app at once and says why', async () => {
  const person = await world.addPerson();
  const page = await world.openTab(await world.openBrowser());
  await signIn(page, person);
  await composer(page).waitFor();
  const sessions = await person.client.auth.sessions.query();
  const other = sessions.find(({ isCurrent }) => !isCurrent);
  expect(other).toBeDefined();
  await person.client.auth.revokeSession.mutate({ sessionId: other?.id ?? '' });
  await page.getByText('This session was ended from another place.').waitFor({ timeout: 5_000 });
});

test('the list of sessions shows and ends them; signing out ends this one', async () => {
  const person = await world.addPerson();
  const page = await world.openTab(await world.openBrowser());
  await signIn(page, person);
  const account = page.getByRole('button', { name: 'Account and settings' });
  await account.click();
  await page.getByRole('button', { name: 'Active sessions' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('This one').waitFor();
  expect(await dialog.getByRole('listitem').count()).toBe(2);
  await dialog.getByRole('button', { name: /^End session/ }).click();
  await page.getByText('Session ended.').waitFor();
  await dialog.getByRole('listitem').nth(1).waitFor({ state: 'detached' });
  await expect(person.client.auth.me.query()).rejects.toThrow();

  await page.keyboard.press('Escape');
  await account.click();
  await page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await page.getByRole('heading', { name: 'Welcome back' }).waitFor();
});

test('signing in leads to the conversation that the link named', async () => {
  const person = await world.addPerson();
  const { conversation } = await person.client.conversation.create.mutate({
    clientId: 'linked-conversation',
    title: 'Linked',
  });
  const page = await world.openTab(await world.openBrowser(), `c/${conversation.id}`);
  await signIn(page, person);
  await page.getByRole('heading', { name: 'Linked' }).waitFor();
});

test('a conversation of somebody else is a page that does not exist', async () => {
  const [owner, stranger] = [await world.addPerson(), await world.addPerson()];
  const { conversation } = await owner.client.conversation.create.mutate({
    clientId: 'private-conversation',
    title: 'Private',
  });
  const page = await world.openTab(await world.openBrowser(), `c/${conversation.id}`);
  await signIn(page, stranger);
  await page.getByRole('heading', { name: 'There is nothing here' }).waitFor();
});
