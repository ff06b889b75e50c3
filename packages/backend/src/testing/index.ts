// What tests, benchmarks and fault campaigns of every package build on. Not for production.
export { collectEvents, expectConverges, untilDone } from './conversations.ts';
export { malformedFrame, sendMalformed, wellFormedFrame } from './malformed-frames.ts';
export { createRandom, type Random } from './random.ts';
export { freePort } from './services/free-port.ts';
export { findOrInstallProgram, type ProgramNeed, type ProgramSearch } from './services/install-package.ts';
export { startPostgres, type TestPostgres, type TestPostgresOptions } from './services/postgres.ts';
export { startRedis, type TestRedis } from './services/redis.ts';
export { createTestBackend, type TestBackend } from './test-backend.ts';
export {
  callerOn,
  createTestCaller,
  createTestTenant,
  type Procedures,
  type TestCaller,
} from './test-caller.ts';
export { createTestDatabase } from './test-database.ts';
export { withSystemTransaction, withTransaction } from '../db/transaction.ts';
export { addMembers } from '../features/chat/add-members.ts';
export { append } from '../realtime/append.ts';
export { createStream } from '../realtime/create-stream.ts';

export { type DatabaseDump, readDump, readUnsettled } from './read-dump.ts';
export { createTestServer, type TestServer } from './test-server.ts';
export { call, holds, RawClient } from './raw-client.ts';
