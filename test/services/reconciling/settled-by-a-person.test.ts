import { readFileSync } from "node:fs";
import { join } from "node:path";
import { audit } from "../../../src/services/audit/audit.ts";
import { startReconciling, startScheduling } from "../../../src/services/reconciling/keep-reconciling.ts";
import { paidRows } from "../../../src/simulator/breaks/candidates.ts";
import { type Running, startTallyhook } from "../../http/running.ts";
import { engines } from "../../support/engines.ts";
import { projectRoot } from "../../support/project-root.ts";
import { until } from "../../support/until.ts";
import { execute } from "../planted-trigger.ts";
import {
  dearer,
  found,
  heardBooks,
  type Providers,
  reconcile,
  serveProviders,
  startAgainst,
  world,
} from "./held-against.ts";

/** The seed transaction, of which so much was captured instead of 499. */
function captured(amount: string, second: number): string {
  const file = join(projectRoot, "fixtures/paddle/transaction.completed/seed.json");
  const odd = JSON.parse(readFileSync(file, "utf8"));
  Object.assign(odd, { event_id: `evt_odd_${second}`, occurred_at: `2023-10-18T11:00:0${second}Z` });
  odd.data.payments[0].amount = amount;
  return JSON.stringify(odd);
}

const expectSound = async ({ tallyhook }: Running) =>
  expect((await audit(tallyhook.services)).problems).toEqual([]);

const problems = async ({ tallyhook }: Running) =>
  (await audit(tallyhook.services)).problems.map(({ kind }) => kind);

describe.each(engines)("what a person settled, on $name", (engine) => {
  test("of a charge's own figures stays settled until they change, and the audit knows", async () => {
    const server = await startTallyhook(await engine.freshDatabaseUrl());
    const resolve = (id: string, resolution = "accepted") =>
      server.write(`/v1/discrepancies/${id}/resolve`, { resolution, reason: "known" });
    const status = async (id: string) => (await server.get(`/v1/discrepancies/${id}`)).body.status;
    await server.post(captured("498", 1));
    const { body } = await server.get<{ data: { id: string; kind: string }[] }>(
      "/v1/discrepancies?status=open",
    );
    const differs = body.data.find(({ kind }) => kind !== "credit_source_unknown");
    if (differs === undefined) throw new Error(JSON.stringify(body.data));
    const { id } = differs;
    expect(await resolve(id, "written_off")).toMatchObject({ status: 409, body: { code: "not_postable" } });
    expect(await resolve(id)).toMatchObject({
      status: 200,
      body: { status: "resolved", resolution: "accepted" },
    });
    await expectSound(server);
    await server.post(captured("498", 1));
    await server.post(captured("498", 2));
    expect(await status(id)).toBe("resolved");
    await expectSound(server);
    await server.post(captured("497", 3));
    expect(await status(id)).toBe("open");
    await resolve(id);
    await server.post(captured("499", 4));
    expect((await server.get(`/v1/discrepancies/${id}`)).body).toMatchObject({ resolution: "disappeared" });
    await expectSound(server);
    await server.close();
  });

  test("an event with other content, settled, is not open again each time it is delivered", async () => {
    const server = await startTallyhook(await engine.freshDatabaseUrl());
    await server.post(captured("499", 1));
    const other = captured("498", 1);
    await server.post(other);
    await server.post(other);
    const listed = async () =>
      (
        await server.get<{ data: { id: string }[] }>(
          "/v1/discrepancies?kind=event_content_differs&status=open",
        )
      ).body.data;
    const [one] = await listed();
    await server.write(`/v1/discrepancies/${one?.id}/resolve`, {
      resolution: "accepted",
      reason: "a test of theirs",
    });
    await server.post(other);
    expect(await listed()).toEqual([]);
    const { body } = await server.get<{ history: { action: string }[] }>(`/v1/discrepancies/${one?.id}`);
    expect(body.history.map(({ action }) => action)).toEqual(["opened", "resolved_by_person"]);
    await expectSound(server);
    await server.close();
  });

  describe("and was tampered with", () => {
    let databaseUrl: string;
    let providers: Providers;
    let server: Running;
    let id: string;
    beforeAll(async () => {
      databaseUrl = await heardBooks(engine);
      providers = await serveProviders();
      // Its worker would mend some of it at once.
      server = await startAgainst(providers, databaseUrl, {}, { reconcileLookEveryMilliseconds: 1_000_000 });
      providers.states(dearer(paidRows(world)[0]?.row.id ?? "", 7));
      await reconcile(server, "settlement");
      id = (await found(server))[0]?.id ?? "";
      await server.write(`/v1/discrepancies/${id}/resolve`, { resolution: "written_off", reason: "small" });
      await expectSound(server);
    });
    afterAll(async () => {
      await server.close();
      await providers.close();
    });

    test.each([
      [
        "a resolution",
        "set resolution = 'accepted'",
        "set resolution = 'written_off'",
        "discrepancy_differs",
      ],
      [
        "its end",
        "set status = 'open', resolution = null",
        "set status = 'resolved', resolution = 'written_off'",
        "discrepancy_differs",
      ],
      ["its sides", "set hash = hash || ' '", "set hash = trim(hash)", "discrepancy_differs"],
    ])("%s is found by the audit", async (_, change, back, kind) => {
      await execute(databaseUrl, `update discrepancies ${change} where id = '${id}'`);
      expect(await problems(server)).toContain(kind);
      await execute(databaseUrl, `update discrepancies ${back} where id = '${id}'`);
      await expectSound(server);
    });

    test("an entry that nobody posted for it, and one that does not stand, are found by the audit", async () => {
      const standing = `(select no from entries where id = '${id}.1')`;
      await execute(databaseUrl, `update discrepancies set correction_no = null where id = '${id}'`);
      expect(await problems(server)).toEqual(["correction_differs"]);
      await execute(databaseUrl, `update discrepancies set correction_no = ${standing} where id = '${id}'`);
      await expectSound(server);
      await execute(
        databaseUrl,
        `insert into entries (no, id, kind, ordinal, effective_at, posted_at) values (987654321, '${id}.2', 'correction', 2, 1, 1);
         insert into postings select 987654321, account_no, amount from postings where entry_no = ${standing}`,
      );
      expect(await problems(server)).toEqual(["entry_misfiled"]);
    });
  });

  test("two servers with a schedule ask for each level once", async () => {
    const databaseUrl = await heardBooks(engine);
    const providers = await serveProviders();
    const two = [
      await startAgainst(providers, databaseUrl),
      await startAgainst(providers, databaseUrl),
    ] as const;
    const hour = 3_600_000_000_000n;
    const scheduling = two.map(({ tallyhook }) =>
      startScheduling(tallyhook.services, { every: hour, lookEveryMilliseconds: 5 }),
    );
    const working = two.map(({ tallyhook }) =>
      startReconciling(tallyhook.services, { lookEveryMilliseconds: 5 }),
    );
    const runs = async () =>
      (
        await two[0].get<{
          data: { provider: string; level: string; status: string; requested_by: string }[];
        }>("/v1/reconciliations?limit=200")
      ).body.data;
    const isOver = (all: Awaited<ReturnType<typeof runs>>) =>
      all.length >= 10 && all.every(({ status }) => status !== "running");
    await until(async () => isOver(await runs()), 50);
    await Promise.all([...scheduling, ...working].map((worker) => worker.stop()));
    const names = (await runs()).map(({ provider, level }) => `${provider} ${level}`).sort();
    expect(names).toEqual([
      "paddle completeness",
      "paddle customer_credit",
      "paddle posting",
      "paddle wallets",
      "stripe completeness",
      "stripe customer_credit",
      "stripe payout",
      "stripe posting",
      "stripe rollforward",
      "stripe settlement",
    ]);
    expect(new Set((await runs()).map(({ requested_by }) => requested_by))).toEqual(new Set(["schedule"]));
    expect(two.flatMap(({ errors }) => errors)).toEqual([]);
    for (const one of two) await one.close();
    await providers.close();
  });
});
