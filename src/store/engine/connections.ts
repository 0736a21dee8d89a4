/** Of one process to PostgreSQL: with fewer there would be none left to read with. */
export const leastConnections = 6;

export const usualConnections = 16;

/** Of them a thread that makes pages has: two for as many pages at once, and one for what it reads apart from them. */
export const pagesConnections = { looking: 2, reading: 1 } as const;

/** How many are left to the rest of the process, where a thread makes pages; `null`: too few, so that it had better make them itself. */
export function besidePages(connections: number | null): number | null {
  const left = (connections ?? usualConnections) - pagesConnections.looking - pagesConnections.reading;
  return left < leastConnections ? null : left;
}
