import type { CompiledQuery, DatabaseConnection, Dialect, Driver } from 'kysely';

/** Which of the two layers between tenants hold; read before every statement. */
export interface Layers {
  /** Queries say whose rows they want. */
  hasFilters: boolean;
  /** Requests run under a role that row-level security applies to. */
  hasRowSecurity: boolean;
  /** Statements that lost a filter so far. */
  strippedCount: number;
}

/**
 * The dialect with some of the layers gone from what runs under `aura_app`. Other roles work over all tenants by design
 * and have no second layer.
 */
export function withoutLayers(dialect: Dialect, layers: Layers): Dialect {
  return {
    createAdapter: () => dialect.createAdapter(),
    createQueryCompiler: () => dialect.createQueryCompiler(),
    createIntrospector: (db) => dialect.createIntrospector(db),
    createDriver: () => withoutLayersIn(dialect.createDriver(), layers),
  };
}

function withoutLayersIn(driver: Driver, layers: Layers): Driver {
  const known = new WeakSet<DatabaseConnection>();
  /** Connections that are in a transaction of the application's. */
  const ofApp = new WeakSet<DatabaseConnection>();
  const { acquireConnection, commitTransaction, rollbackTransaction } = driver;
  driver.acquireConnection = async (...options) => {
    const connection = await acquireConnection.call(driver, ...options);
    if (!known.has(connection)) change(connection, { layers, ofApp });
    known.add(connection);
    return connection;
  };
  driver.commitTransaction = async (connection) => {
    ofApp.delete(connection);
    await commitTransaction.call(driver, connection);
  };
  driver.rollbackTransaction = async (connection) => {
    ofApp.delete(connection);
    await rollbackTransaction.call(driver, connection);
  };
  return driver;
}

function change(
  connection: DatabaseConnection,
  { layers, ofApp }: { layers: Layers; ofApp: WeakSet<DatabaseConnection> },
): void {
  const execute = connection.executeQuery.bind(connection);
  connection.executeQuery = async <R>(query: CompiledQuery, ...options: [object?]) => {
    if (query.sql.includes("set_config('role'") && query.parameters[0] === 'aura_app') {
      ofApp.add(connection);
      const role = layers.hasRowSecurity ? 'aura_app' : 'none';
      return await execute<R>({ ...query, parameters: [role, ...query.parameters.slice(1)] }, ...options);
    }
    if (!ofApp.has(connection) || layers.hasFilters) return await execute<R>(query, ...options);
    const sql = withoutFilters(query.sql);
    if (sql !== query.sql) layers.strippedCount += 1;
    return await execute<R>({ ...query, sql }, ...options);
  };
}

/** Comparisons of a tenant with a parameter hold for all; those of two rows stay: they say what belongs together. */
export function withoutFilters(sql: string): string {
  return sql.replaceAll(/(?:"?\w+"?\.)?"?\btenant_id\b"? = (\$\d+)/g, '($1::uuid is not null)');
}
