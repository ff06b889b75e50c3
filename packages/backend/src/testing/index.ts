export { findOrInstallProgram, type ProgramNeed, type ProgramSearch } from './services/install-package.ts';
export { startPostgres, type TestPostgres, type TestPostgresOptions } from './services/postgres.ts';
export { startRedis, type TestRedis } from './services/redis.ts';
