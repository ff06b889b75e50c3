/** The value below which `q` of the values lie; 0 of none. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The median over rounds of a figure that cannot be told everywhere; null when a round lacks it. */
export function medianOf(values: readonly (number | null)[]): number | null {
  const told = values.filter((value) => value !== null);
  return told.length < values.length ? null : median(told);
}

/** Lines with their columns aligned, the first to the left and the others to the right. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
  }
  const pad = (cell: string, column: number): string =>
    column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0);
  return rows.map((row) => row.map(pad).join('   ').trimEnd()).join('\n');
}

export function decimal(value: number | null, digits = 1): string {
  return value === null ? '-' : value.toFixed(digits);
}
