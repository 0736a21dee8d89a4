/** The one that the fewest letters more, less or other make of it, in capitals or not. */
export function nearestName(names: readonly string[], to: string): string {
  const distances = names.map((name) => ({
    name,
    distance: distanceOf(name.toLowerCase(), to.toLowerCase()),
  }));
  return distances.reduce((nearest, other) => (other.distance < nearest.distance ? other : nearest)).name;
}

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
