import type { Services } from "../services.ts";

/** Reads from one moment of the database what several queries are asked for. A page of the console has one already. */
export async function inOneMoment<Result>(
  services: Services,
  read: (services: Services) => Promise<Result>,
): Promise<Result> {
  const moment = await services.store.openMoment();
  try {
    return await read({ ...services, store: { ...services.store, read: moment.read } });
  } finally {
    await moment.close();
  }
}
