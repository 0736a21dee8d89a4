import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { answered, keys, startTallyhook } from "../http/running.ts";
import { runHere } from "./command-line.ts";

const folder = mkdtempSync(join(tmpdir(), "tallyhook-reconcile-"));
const DATABASE_URL = `sqlite:${join(folder, "books.db")}`;
afterAll(() => rmSync(folder, { recursive: true }));

const header =
  "automatic_payout_id,balance_transaction_id,created_utc,currency,gross,fee,net,reporting_category,source_id\n";
const row = (id: string, fee: string, net: string) =>
  `po_1,${id},2026-10-02 09:30:00,usd,19.99,${fee},${net},charge,ch_${id}\n`;

beforeAll(async () => {
  const running = await startTallyhook(DATABASE_URL);
  for (const fee of [row("txn_a", "0.88", "19.11"), row("txn_a", "0.90", "19.09")])
    await answered(
      fetch(`${running.url}/v1/statements?provider=stripe&format=payout_reconciliation`, {
        method: "POST",
        headers: { authorization: `Bearer ${keys.finance}`, "content-type": "text/csv" },
        body: header + fee + row("txn_b", "0.88", "19.11"),
      }),
    );
  await running.close();
});

const october = ["--provider", "stripe", "--level", "settlement", "--month", "2026-10"];
const tallyhook = (...words: string[]) => runHere(folder, words, { DATABASE_URL });

test("what differs is shown in a table, ends with 1, and with 0 once a person has settled it", async () => {
  const table = await tallyhook("reconcile", ...october);
  expect([table.code, table.err]).toEqual([1, ""]);
  expect(table.out).toMatch(/settlement +│ discrepancies +│ +2 │ +1 │ +\$38\.20 │ \$38\.22 │ +-\$0\.02 │/);
  expect(table.out).toMatch(/txn_a │ +\$19\.09 │ \$19\.11 │ +-\$0\.02 │ fee_differs │ dis_/);
  const [id = ""] = /dis_[0-9a-f]{24}/.exec(table.out) ?? [];

  const json = await tallyhook("reconcile", ...october, "--json");
  expect(json.code).toBe(1);
  expect(JSON.parse(json.out)).toMatchObject({
    reconciliations: [
      {
        level: "settlement",
        status: "discrepancies",
        requested_by: "command line",
        counts: { matched: 1, differs: 1 },
        unexplained: [{ key: "txn_a", kind: "fee_differs", discrepancy_id: id }],
      },
    ],
  });

  const why = ["--reason", "two cents", "--by", "Ada"];
  const much = await tallyhook("resolve", id, "--as", "written_off", "--amount", "3", ...why);
  expect([much.code, much.out.trim()]).toEqual([1, "At most $0.02 can be posted."]);
  const resolved = await tallyhook("resolve", id, "--as", "written_off", ...why, "--json");
  expect([resolved.code, JSON.parse(resolved.out)]).toEqual([
    0,
    { result: "resolved", id, entry_id: `${id}.1` },
  ]);
  expect((await tallyhook("resolve", id, "--as", "accepted", ...why)).code).toBe(1);
  expect(await tallyhook("reconcile", ...october)).toMatchObject({ code: 0 });
  expect(await tallyhook("audit")).toMatchObject({ code: 0 });
});

test("without a source it ends with 2, and says what to import", async () => {
  const { code, out } = await tallyhook(
    "reconcile",
    "--provider",
    "paddle",
    "--level",
    "settlement",
    "--month",
    "2026-10",
  );
  expect([code, out]).toEqual([
    2,
    expect.stringContaining("paddle settlement: source_missing: Import payout_reconciliation"),
  ]);
});

test.each([
  [["reconcile"], "Give --month, or --from and --to."],
  [["reconcile", "--month", "2026-10", "--level", "all"], "--level must be one of"],
  [["reconcile", "--month", "2026-10", "--provider", "orchard"], "--provider must be one of"],
  [["reconcile", "--from", "2026-10-02", "--to", "2026-10-01"], "--from must be before --to."],
  [
    ["reconcile", "--month", "2026-10", "--payout", "po_1", "--level", "settlement"],
    "--payout is only for the level payout.",
  ],
  [["resolve", "dis_1", "--as", "accepted", "--by", "Ada"], "Give --reason"],
  [["resolve", "dis_1", "--as", "forgotten"], "--as must be one of"],
])("%j is refused as usage", async (words, problem) => {
  const { code, out, err } = await tallyhook(...words, ...(words[0] === "reconcile" ? ["--json"] : []));
  expect([code, out, err]).toEqual([64, "", expect.stringContaining(problem)]);
});
