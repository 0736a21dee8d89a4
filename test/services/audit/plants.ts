/** What somebody does at the database's own console, and the kind of problem that an audit calls it. */
export type Plant = readonly [change: string, statements: string, kind: string];

export const firstOfEachKind = (plants: readonly Plant[]): Plant[] =>
  plants.filter(([, , kind], index) => plants.findIndex(([, , other]) => other === kind) === index);
