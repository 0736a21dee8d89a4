/**
 * A process that is made to die: it asks the stand-in named by its second argument for what the database named by its first
 * one has not heard, and kills itself without warning while it applies one of the first pages. The third argument is the
 * time by its clock, the fourth the page, the fifth how many milliseconds after that page came.
 */
import { readConfig } from "../../src/config.ts";
import type { ListPage, ProviderSource } from "../../src/providers/source.ts";
import { backfill } from "../../src/services/backfill/backfill.ts";
import { compose } from "../../src/tallyhook.ts";
import { impatient } from "../providers/asked.ts";
import { standInEnvironment } from "../simulator/stand-in-environment.ts";

const [databaseUrl = "", url = "", time = "", lastPage = "", milliseconds = ""] = process.argv.slice(2);
let pages = 0;

async function* deadly(listed: AsyncGenerator<ListPage>): AsyncGenerator<ListPage> {
  for await (const page of listed) {
    pages += 1;
    if (pages === Number(lastPage))
      setTimeout(() => process.kill(process.pid, "SIGKILL"), Number(milliseconds));
    yield page;
  }
}

const config = readConfig({ DATABASE_URL: databaseUrl, LOG_LEVEL: "silent", ...standInEnvironment(url) });
const { services, close } = await compose(config, {
  patience: impatient,
  clock: { now: () => BigInt(time) },
});
const sources = services.sources.map(({ source, ...of }) => {
  const dying: ProviderSource = { ...source, pages: (kind, window) => deadly(source.pages(kind, window)) };
  return { source: dying, ...of };
});
await backfill({ ...services, sources }, { providers: null, window: null });
await close();
