const TENANT = `nullif(current_setting('app.tenant', true), '')::uuid`;

/** Rows of one tenant for the application; the two system roles see what their grants allow. */
export function isolate(table: string, column = 'tenant_id'): string[] {
  return [
    `alter table ${table} enable row level security`,
    `alter table ${table} force row level security`,
    `create policy tenant_rows on ${table} to aura_app using (${column} = ${TENANT}) with check (${column} = ${TENANT})`,
    `create policy all_rows on ${table} to aura_system, aura_writer using (true) with check (true)`,
  ];
}
