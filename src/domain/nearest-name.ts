/** The one that begins with it, or else that the fewest letters more, less or other make of it, in capitals or not. */
export function nearestName(names: readonly string[], to: string): string {
  const typed = to.toLowerCase();
  const begun = typed.length < 3 ? undefined : names.find((name) => name.toLowerCase().startsWith(typed));
  if (begun !== undefined) return begun;
  const distances = names.map((name) => ({ name, distance: distanceOf(name.toLowerCase(), typed) }));
  return distances.reduce((nearest, other) => (other.distance < nearest.distance ? other : nearest)).name;
}

/** Whether it is none of the names, and so near to one of them that it was meant for it: two letters, or capitals. */
export const isMisspelt = (names: readonly string[], name: string): boolean =>
  !names.includes(name) && names.some((known) => distanceOf(known, name.toLowerCase()) <= 2);

/** Levenshtein's. */
function distanceOf(from: string, to: string): number {
  let above = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [row, letter] of [...from].entries()) {
    const line = [row + 1];
    for (let column = 0; column < to.length; column++) {
      const replaced = (above[column] ?? 0) + (letter === to[column] ? 0 : 1);
      line.push(Math.min(replaced, (above[column + 1] ?? 0) + 1, (line[column] ?? 0) + 1));
    }
    above = line;
  }
  return above[to.length] ?? 0;
}

/** What is said of a name that there is not. */
export const notKnown = (names: readonly string[], name: string): string =>
  `is not known; known are ${names.join(", ")}; the nearest is ${nearestName(names, name)}`;
