import { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';

export interface ScriptedServer {
  /** What `whoami` answers: something that the server was given in secret. */
  secret: string;
  /** Ends the server in the middle of a call. */
  crash: () => void;
  /** Tools besides the usual ones. */
  more: Set<string>;
  onGrow?: () => void;
}

/** A server with a tool for everything that a test wants to see happen. */
export function scriptedServer({ secret, crash, more, onGrow }: ScriptedServer): McpServer {
  const server = new McpServer(
    { name: 'scripted', version: '1.0.0' },
    { capabilities: { tools: { listChanged: true } } },
  );
  const text = (value: string): { content: { type: 'text'; text: string }[] } => ({
    content: [{ type: 'text', text: value }],
  });
  const numbers = z.object({ a: z.number(), b: z.number() });
  server.registerTool('add', { description: 'Adds two numbers.', inputSchema: numbers }, ({ a, b }) =>
    text(`${a + b}`),
  );
  const word = z.object({ word: z.string() });
  const shape = z.object({ said: z.string() });
  server.registerTool('we.ird', { inputSchema: word, outputSchema: shape }, ({ word }) => ({
    ...text(word),
    structuredContent: { said: word },
  }));
  server.registerTool('whoami', {}, () => text(`I was given ${secret}.`));
  server.registerTool('fail', {}, () => ({ ...text(`it went wrong with ${secret}`), isError: true }));
  server.registerTool('key', {}, ({ mcpReq }) =>
    text(JSON.stringify(mcpReq._meta?.['idempotency-key'] ?? null)),
  );
  server.registerTool('pid', {}, () => text(String(process.pid)));
  server.registerTool('slow', {}, async () => await new Promise<never>(() => {}));
  server.registerTool('crash', {}, async () => {
    crash();
    return await new Promise<never>(() => {});
  });
  const register = (name: string): void => {
    server.registerTool(name, { description: 'One more.' }, () => text(name));
  };
  for (const name of more) register(name);
  server.registerTool('grow', { inputSchema: word }, ({ word }) => {
    more.add(word);
    register(word);
    onGrow?.();
    return text('grown');
  });
  return server;
}
