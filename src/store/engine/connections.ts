/** Of one process to PostgreSQL: with fewer there would be none left to read with. */
export const leastConnections = 6;
