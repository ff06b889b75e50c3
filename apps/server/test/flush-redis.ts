import { once } from 'node:events';
import { connect } from 'node:net';

/** Everything that the Redis at `url` knows is gone. */
export async function flushRedis(url: string): Promise<void> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.end('FLUSHALL\r\n');
  socket.resume();
  await once(socket, 'close');
}
