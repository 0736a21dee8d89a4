/** How many runs a property has: few in the suite, and as many as `npm run properties` asks for. */
export const propertyRuns = (inSuite: number): number => Number(process.env.PROPERTY_RUNS ?? inSuite);
