import pg from 'pg';

/**
 * A database of its own for those that Aura is compared with, on the same server; answers its URL. Aura does not start in
 * one with tables that are open to every tenant.
 */
export async function createPeerDatabase(url: string): Promise<string> {
  const client = new pg.Client(url);
  await client.connect();
  await client.query('create database peer');
  await client.end();
  return Object.assign(new URL(url), { pathname: '/peer' }).href;
}
