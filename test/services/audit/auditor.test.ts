import { Auditor } from "../../../src/services/audit/auditor.ts";
import type { ServingServices } from "../../../src/services/services.ts";
import { engines } from "../../support/engines.ts";
import { closeAll } from "../composed.ts";
import { execute } from "../planted-trigger.ts";
import { metered, usageOf, use } from "../spending/spending.ts";

afterEach(closeAll);

/** Books that are large enough for a thread of their own: eleven hundred things used by one owner. */
async function booksOfUsage(databaseUrl: string) {
  const server = await metered(databaseUrl);
  for (const part of ["a", "b"])
    await use(server, ...Array.from({ length: 550 }, (_, index) => usageOf(`${part}${index}`)));
  return server;
}

describe.each(engines)("audits that a server is asked for, on $name", ({ freshDatabaseUrl }) => {
  test("of large books run on a thread of their own, and find what this one would", async () => {
    const databaseUrl = await freshDatabaseUrl();
    const { services } = (await booksOfUsage(databaseUrl)).tallyhook;
    // This thread only asks: what it would read itself is not there to be read.
    const elsewhere = {
      ...services,
      store: {
        ...services.store,
        openSlices: () => {
          throw new Error("read here");
        },
      },
    } as ServingServices;
    const auditor = new Auditor(elsewhere, { databaseUrl });
    expect(await auditor.run()).toMatchObject({ ok: true, complete: true, checked: { usage: 1100 } });
    await execute(databaseUrl, "update wallets set pending = '0.5'");
    expect((await auditor.run()).problems.map(({ kind }) => kind)).toEqual(["wallet_differs"]);
    await auditor.close();
  });

  test("run one at a time: who asks meanwhile is answered by the next, which sees what they want to see", async () => {
    const databaseUrl = await freshDatabaseUrl();
    // On which thread does not matter here, and a thread takes a second to begin.
    const server = await metered(databaseUrl);
    await use(server, usageOf("a"));
    const { auditor } = server.tallyhook.services;
    const first = auditor.run();
    await new Promise((resolve) => setTimeout(resolve, 5));
    await execute(databaseUrl, "update wallets set pending = '0.5'");
    const [second, third] = [auditor.run(), auditor.run()];
    expect(third).toBe(second);
    await first;
    expect(await second).toMatchObject({ ok: false });
  });

  test("are broken off when the server ends", async () => {
    const { tallyhook } = await booksOfUsage(await freshDatabaseUrl());
    const running = tallyhook.services.auditor.run();
    await new Promise((resolve) => setTimeout(resolve, 5));
    const [ended] = await Promise.allSettled([running, tallyhook.close()]);
    expect(ended).toMatchObject({ status: "rejected", reason: { message: "The audit was broken off." } });
  });
});

test("a database in memory is audited between its batches, also while it is written", async () => {
  const server = await metered("sqlite::memory:");
  const audits = [server.tallyhook.services.auditor.run()];
  for (let index = 0; index < 200; index++) {
    await use(server, usageOf(`u${index}`));
    if (index % 50 === 0) audits.push(server.tallyhook.services.auditor.run());
  }
  for (const report of await Promise.all(audits)) expect(report).toMatchObject({ ok: true, problems: [] });
});
