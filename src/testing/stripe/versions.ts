/** Since Basil (2025-03-31) invoices and charges no longer name each other. */
export const isBasil = (version: string): boolean => version >= "2025-03-31";
