import type { Run } from "../../../src/domain/reconciling/run.ts";
import { performRun } from "../../../src/services/reconciling/perform-run.ts";
import { startRun } from "../../../src/services/reconciling/start-run.ts";
import { paidRows } from "../../../src/simulator/breaks/candidates.ts";
import type { Restatement } from "../../../src/simulator/restatement.ts";
import type { Running } from "../../http/running.ts";
import { engines } from "../../support/engines.ts";
import { execute } from "../planted-trigger.ts";
import {
  dearer,
  found,
  heardBooks,
  type Providers,
  reconcile,
  requestOf,
  serveProviders,
  startAgainst,
  world,
} from "./held-against.ts";

const [row] = paidRows(world).map(({ row: { id } }) => id);
if (row === undefined) throw new Error("A small world.");

/** Not listed any more, though we hold it. */
const gone = (list: string, key: string): Restatement => ({
  provider: "stripe",
  list,
  key,
  restate: () => [],
});

/** Its worker performs nothing. */
const idle = { reconcileLookEveryMilliseconds: 1_000_000 };

const started: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of started.splice(0).reverse()) await one.close();
});

async function books(databaseUrl: string, options = {}): Promise<{ server: Running; providers: Providers }> {
  const providers = await serveProviders();
  started.push(providers);
  const server = await startAgainst(providers, databaseUrl, {}, options);
  started.push(server);
  return { server, providers };
}

const codesOf = ({ missing }: Run) => missing.map(({ code }) => code);

describe.each(engines)("a reconciliation without all of its source, on $name", (engine) => {
  describe("of one that is refused or unknown", () => {
    let databaseUrl: string;
    let server: Running;
    let providers: Providers;
    beforeAll(async () => {
      databaseUrl = await heardBooks(engine);
      providers = await serveProviders();
      server = await startAgainst(providers, databaseUrl, {}, idle);
      providers.states(dearer(row, 7));
      await reconcile(server, "settlement");
    });
    afterAll(async () => {
      await server.close();
      await providers.close();
    });

    test.each([
      ["completeness", "/v1/charges"],
      ["settlement", "/v1/balance_transactions"],
      ["payout", "/v1/payouts"],
      ["payout", "/v1/balance_transactions"],
      ["rollforward", "/v1/balance_transactions"],
      ["customer_credit", "/v1/customers"],
    ] as const)(
      "the level %s without %s opens nothing for what is ours, and closes nothing",
      async (level, path) => {
        const cutOff = await serveProviders({ [path]: "refused" });
        started.push(cutOff);
        const deaf = await startAgainst(cutOff, databaseUrl, {}, idle);
        started.push(deaf);
        const run = await reconcile(deaf, level);
        expect([run.status, [...new Set(codesOf(run))]]).toEqual(["incomplete", ["source_incomplete"]]);
        expect(await found(server)).toMatchObject([{ kind: "fee_differs", key: row }]);
      },
    );

    test("nothing is decided of an account that nobody can be asked of", async () => {
      for (const level of [
        "completeness",
        "settlement",
        "payout",
        "rollforward",
        "customer_credit",
      ] as const) {
        const run = await reconcile(server, level, { account: "another" });
        expect([level, run.status, codesOf(run)]).toEqual([level, "incomplete", ["source_missing"]]);
      }
    });
  });

  test("what the whole list does not have any more is found, and gone again when it does", async () => {
    const { server, providers } = await books(await heardBooks(engine));
    providers.states(gone("balance_transactions", row));
    expect((await reconcile(server, "settlement")).counts.missing_there).toBe(1);
    expect(await found(server)).toMatchObject([{ kind: "row_missing_there", key: row }]);
    providers.states();
    expect((await reconcile(server, "settlement")).status).toBe("matched");
    expect(await found(server)).toEqual([]);
  });

  test("one that is told to stop says nothing, and is begun again", async () => {
    const { server } = await books(await heardBooks(engine), idle);
    const { services } = server.tallyhook;
    for (const request of [requestOf("settlement"), requestOf("customer_credit", { account: "default" })]) {
      const { id } = await startRun(services, request, "test");
      expect(await performRun(services, id, AbortSignal.abort())).toBeNull();
      expect(await performRun(services, id, new AbortController().signal)).toMatchObject({
        status: "matched",
      });
    }
  });

  test("one that another process took over stores nothing more", async () => {
    const databaseUrl = await heardBooks(engine);
    const { server, providers } = await books(databaseUrl, idle);
    providers.states(dearer(row, 7));
    const { services } = server.tallyhook;
    const { id } = await startRun(services, requestOf("settlement"), "test");
    const taken =
      "update leases set token = token + 1 where name = 'reconciliation:stripe:default:settlement'";
    // While it lists, somebody else takes the lease.
    const source = services.sources.find(({ source: { provider } }) => provider === "stripe")?.source;
    if (source === undefined) throw new Error("Stripe can be asked.");
    const { listed } = source;
    let isTaken = false;
    source.listed = async function* (...asked: Parameters<typeof listed>) {
      if (!isTaken) await execute(databaseUrl, taken);
      isTaken = true;
      yield* listed.apply(source, asked);
    } as never;
    expect(await performRun(services, id, new AbortController().signal)).toBeNull();
    expect(await found(server)).toEqual([]);
    const { body } = await server.get(`/v1/reconciliations/${id}`);
    expect(body.status).toBe("running");
    expect((await server.get(`/v1/reconciliations/${id}/rows`)).body).toMatchObject({ data: [] });
    await execute(databaseUrl, "update leases set expires_at = 0");
    const again = await performRun(services, id, new AbortController().signal);
    expect(again).toMatchObject({ status: "discrepancies", counts: { differs: 1 } });
  });

  test("two servers perform what is asked for once, and one run of a level after the other", async () => {
    const databaseUrl = await heardBooks(engine);
    const { server, providers } = await books(databaseUrl, { reconcileLookEveryMilliseconds: 5 });
    const other = await startAgainst(providers, databaseUrl, {}, { reconcileLookEveryMilliseconds: 5 });
    started.push(other);
    providers.states(dearer(row, 7));
    const runs = await Promise.all([server, other, server, other].map((one) => reconcile(one, "settlement")));
    expect(runs.map(({ status }) => status)).toEqual(Array(4).fill("discrepancies"));
    const [discrepancy, ...others] = await found(server);
    expect(others).toEqual([]);
    const { body } = await server.get<{ history: { action: string }[] }>(
      `/v1/discrepancies/${discrepancy?.id}`,
    );
    expect(body.history.map(({ action }) => action)).toEqual(["opened"]);
    const messages = await server.get<{ data: { data: { id?: string } }[] }>("/v1/outbox?limit=200");
    expect(messages.body.data.filter(({ data }) => data.id === discrepancy?.id)).toHaveLength(1);
    expect([...server.errors, ...other.errors]).toEqual([]);
  });
});
