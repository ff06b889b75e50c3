// A program that tests start as an MCP server. Its first argument, if there is one, makes it end before it says a word.
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { scriptedServer } from './scripted-server.ts';

if (process.argv[2] === 'broken') process.exit(3);

const more = new Set<string>();
serveStdio(() =>
  scriptedServer({ secret: process.env.TEST_SECRET ?? 'nothing', crash: () => process.exit(4), more }),
);
