/** A line for each variable that is called like a setting and is none, with the one that was probably meant. */
export function unknownSettings(given: readonly string[], known: readonly string[]): string[] {
  return given
    .filter((name) => name.startsWith('AURA_') && !name.startsWith('AURA_TEST_') && !known.includes(name))
    .map((name) => {
      const meant = nearest(name, known);
      return `${name} is no setting and is ignored${meant === null ? '' : `; did you mean ${meant}?`}`;
    });
}

const bare = (name: string): string => name.replace(/^AURA_/, '');

/** Null when more than half of it would have to change. */
function nearest(name: string, known: readonly string[]): string | null {
  const [best] = known
    .map((other) => ({ other, distance: distanceOf(bare(name), bare(other)) }))
    .toSorted((one, two) => one.distance - two.distance);
  return best !== undefined && best.distance <= bare(name).length / 2 ? best.other : null;
}

/** How many letters have to be put in, taken out or changed (Levenshtein). */
function distanceOf(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [line, letter] of one.split('').entries()) {
    const next = [line + 1];
    for (const [index, expected] of other.split('').entries()) {
      const [left = 0, above = 0, diagonal = 0] = [next[index], row[index + 1], row[index]];
      next.push(Math.min(left + 1, above + 1, diagonal + (letter === expected ? 0 : 1)));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
