import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { parse } from "csv-parse/sync";
import express, { type NextFunction, type Request, type Response } from "express";
import { sendStream } from "../../src/http/kit/stream.ts";
import { csvLines } from "../../src/services/documents/exports/tables.ts";
import { exportRows } from "../../src/services/export/export-rows.ts";
import { engines } from "../support/engines.ts";
import { until } from "../support/until.ts";
import { policyFile, withAllFixtures } from "./all-fixtures.ts";
import { fixture, keys, type Running, startTallyhook } from "./running.ts";

type Json = Readonly<Record<string, unknown>>;
interface OpenApi {
  readonly paths: Record<string, { get: { responses: Record<string, { content: object }> } }>;
}

async function listOf(running: Running, list: string): Promise<Json[]> {
  const rows: Json[] = [];
  for (let cursor: string | null = null, first = true; first || cursor !== null; first = false) {
    const after: string = cursor === null ? "" : `&cursor=${cursor}`;
    const { body } = await running.get<{ data: Json[]; next_cursor: string | null }>(
      `/v1/${list}${list.includes("?") ? "&" : "?"}limit=200${after}`,
    );
    rows.push(...body.data);
    cursor = body.next_cursor;
  }
  return rows;
}

async function csvOf(running: Running, path: string): Promise<Json[]> {
  const { status, headers, body } = await running.get<string>(`/v1/exports/${path}`);
  expect([status, headers.get("content-type")]).toEqual([200, "text/csv; charset=utf-8"]);
  return parse(body, { columns: true }) as Json[];
}

/** What each cell should be, by name; an object whose fields are columns of their own is taken apart. */
function flat(json: Json, columns: readonly string[], within = ""): Record<string, string> {
  return Object.fromEntries(
    Object.entries(json).flatMap(([key, value]) => {
      const name = `${within}${key}`;
      const isApart = columns.some((column) => column.startsWith(`${name}.`));
      if (isApart) return value === null ? [] : Object.entries(flat(value as Json, columns, `${name}.`));
      if (value === null) return [[name, ""]];
      return [[name, typeof value === "object" ? JSON.stringify(value) : String(value)]];
    }),
  );
}

/** As a reader sees them who knows of the apostrophe. */
const plain = (rows: readonly Json[]) =>
  rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, cell]) => [name, String(cell).replace(/^'(?=[=+\-@\t\r])/, "")]),
    ),
  );

/** Of those in the fixtures whose decimals are not two. */
const decimals: Readonly<Record<string, number>> = { JPY: 0, KWD: 3 };
const amountColumns = [
  ..."total tax subtotal grand_total collected fee earnings topped_up settlement.gross settlement.net".split(
    " ",
  ),
  ..."amount taken_back balance paid requested cost covered uncovered".split(" "),
];

function shifted(minor: string, by: number): string {
  const [, sign = "", whole = "", part = ""] = /^(-?)(\d+)\.?(\d*)$/.exec(minor) ?? [];
  const digits = whole.padStart(by + 1, "0");
  const after = digits.slice(digits.length - by) + part;
  return `${sign}${digits.slice(0, digits.length - by)}${after === "" ? "" : "."}${after}`;
}

describe.each(engines)("CSV exports on $name", (engine) => {
  let running: Running;
  beforeAll(async () => {
    running = await withAllFixtures(engine);
  });
  afterAll(() => running.close());

  test.each(["charges", "movements", "wallets", "discrepancies"])(
    "%s.csv has every row and every field of the API, under the API's names",
    async (list) => {
      const rows = await listOf(running, list);
      const exported = await csvOf(running, `${list}.csv`);
      const columns = Object.keys(exported[0] ?? {});
      const empty = Object.fromEntries(columns.map((column) => [column, ""]));
      expect(rows.length).toBeGreaterThan(3);
      // A field of the API without a column would be one that `empty` does not have.
      expect(plain(exported)).toEqual(rows.map((row) => ({ ...empty, ...flat(row, columns) })));
    },
  );

  test("entries.csv has a line for each posting, and sums to zero in every currency", async () => {
    const entries = await listOf(running, "entries");
    const expected = entries.flatMap(({ postings, ...of }) =>
      (postings as Json[]).map((posting) => flat({ ...of, ...posting }, [])),
    );
    const exported = plain(await csvOf(running, "entries.csv"));
    expect(exported).toEqual(expected);
    for (const [, rows] of Map.groupBy(exported, ({ currency }) => currency))
      expect(rows.reduce((total, { amount }) => total + BigInt(amount ?? ""), 0n)).toBe(0n);
  });

  test.each([
    "charges.csv?",
    "movements.csv?",
    "entries.csv?",
    "wallets.csv?",
    "discrepancies.csv?",
    "usage.csv?",
    "uncovered.csv?month=2026-11",
    "rollforward.csv?month=2023-10&clock=effective",
  ])("%s has its amounts as people write them, if asked", async (path) => {
    const minor = await csvOf(running, path);
    const major = await csvOf(running, `${path}&units=major`);
    expect(await csvOf(running, `${path}&units=minor`)).toEqual(minor);
    expect(major).toHaveLength(minor.length);
    const differing = new Set<string>();
    major.forEach((row, index) => {
      for (const [column, cell] of Object.entries(row)) {
        const was = String(minor[index]?.[column]);
        if (was === cell) continue;
        differing.add(column);
        if (was.startsWith("[")) continue;
        const currency = row[column.replace(/[^.]*$/, "currency")] ?? row.currency;
        expect([column, cell]).toEqual([column, shifted(was, decimals[String(currency)] ?? 2)]);
      }
    });
    const amounts = Object.keys(minor[0] ?? {}).filter((column) => amountColumns.includes(column));
    const isZero = (column: string) => minor.every((row) => row[column] === "");
    expect(amounts.filter((column) => !differing.has(column) && !isZero(column))).toEqual([]);
    expect((await running.get(`/v1/exports/${path}&units=cents`)).status).toBe(400);
  });

  test("usage.csv has what each usage says of itself", async () => {
    const exported = plain(await csvOf(running, "usage.csv"));
    const columns = Object.keys(exported[0] ?? {});
    const empty = Object.fromEntries(columns.map((column) => [column, ""]));
    const ids = ["late", "-5", "-b", "+49", "@a"];
    const rows = ids.map(async (id) => (await running.get(`/v1/usage/${encodeURIComponent(id)}`)).body);
    const expected = (await Promise.all(rows)).map((row) => ({ ...empty, ...flat(row, columns) }));
    expect(exported).toEqual(expected);
  });

  test("what customers wrote is no formula, and a negative number stays one", async () => {
    const { body } = await running.get<string>("/v1/exports/usage.csv");
    expect(body).toContain("\n'@a,");
    expect(body).toContain("\n'+49,");
    expect(body).toContain("\n'-b,");
    expect(body).toContain("\n-5,");
    expect(body).toContain(",'=3,");
    expect((await running.get<string>("/v1/exports/wallets.csv")).body).toContain(",'=1+1,");
    expect((await running.get<string>("/v1/exports/entries.csv")).body).toContain('"say ""hello"",\r\n=2+2"');
    expect((await running.get<string>("/v1/exports/entries.csv")).body).toMatch(/,USD,-\d+\n/);
  });

  test.each([
    ["  =1+1", "'  =1+1"],
    ["\u00a0\u200b@SUM(A1)", "'\u00a0\u200b@SUM(A1)"],
    ["\ufeff+49 30", "'\ufeff+49 30"],
    [" -5", "' -5"],
    ["\n=1", '"\'\n=1"'],
    ["\tx", "'\tx"],
    ["＝1+1", "'＝1+1"],
    ["-5", "-5"],
    ["-0.5", "-0.5"],
    ["-5-cmd", "'-5-cmd"],
    ["a =1", "a =1"],
    ["  a", "  a"],
    ["", ""],
  ])("the cell %j is written as %j", (cell, written) => {
    expect(csvLines([[cell, "x"]])).toBe(`${written},x\n`);
  });

  test("a window is half-open, on the clock that is named", async () => {
    const entries = await listOf(running, "entries");
    const times = entries.map(({ effective_at: at }) => String(at)).sort();
    const [from, to] = [times[20] as string, times[90] as string];
    const idsOf = (rows: readonly Json[]) => [...new Set(rows.map(({ id }) => id))];
    for (const clock of ["effective", "posted"]) {
      const window = `from=${from}&to=${to}&clock=${clock}`;
      const within = await listOf(running, `entries?${window}`);
      expect(idsOf(await csvOf(running, `entries.csv?${window}`))).toEqual(idsOf(within));
    }
    expect(await csvOf(running, `entries.csv?from=${from}&to=${from}`)).toEqual([]);
  });

  test("wallets.csv of a window has the wallets that changed in it, with what they had at its end", async () => {
    const lines = new Map<unknown, Json[]>();
    for (const { id } of await listOf(running, "wallets"))
      lines.set(id, await listOf(running, `wallets/${id}/entries`));
    const times = [...lines.values()]
      .flat()
      .map(({ effective_at: at }) => String(at))
      .sort();
    const [from, to] = [times[10] as string, times[60] as string];
    const expected = [...lines].flatMap(([id, own]) => {
      const before = own.filter(({ effective_at: at }) => String(at) < to);
      if (!before.some(({ effective_at: at }) => String(at) >= from)) return [];
      return [[id, String(before.reduce((total, { amount }) => total + BigInt(String(amount)), 0n))]];
    });
    const exported = await csvOf(running, `wallets.csv?from=${from}&to=${to}`);
    expect(expected.length).toBeGreaterThan(5);
    expect(exported.map(({ id, balance }) => [id, balance])).toEqual(expected);
    expect(exported.every(({ held, pending }) => held === "" && pending === "")).toBe(true);
  });

  test.each([
    ["charges.csv?clock=posted", 400],
    ["discrepancies.csv?clock=effective", 400],
    ["entries.csv?clock=ours", 400],
    ["entries.csv?from=yesterday", 400],
    ["entries.csv?from=2026-02-01&to=2026-01-01", 400],
    ["entries.csv?limit=5", 400],
    ["uncovered.csv", 400],
    ["nothing.csv", 404],
  ])("%s is %d, as a problem", async (path, status) => {
    const answer = await running.get(`/v1/exports/${path}`);
    expect([answer.status, answer.headers.get("content-type")]).toEqual([status, "application/problem+json"]);
  });

  test("is for those who may read, and is described", async () => {
    expect((await running.get("/v1/exports/charges.csv", keys.read)).status).toBe(200);
    expect((await running.get("/v1/exports/charges.csv", keys.app)).status).toBe(403);
    expect((await fetch(`${running.url}/v1/exports/charges.csv`)).status).toBe(401);
    const description = (await running.get<OpenApi>("/openapi.json")).body;
    expect(description.paths["/v1/exports/charges.csv"]?.get.responses["200"]?.content).toEqual({
      "text/csv": { schema: { type: "string" } },
    });
    const head = await fetch(`${running.url}/v1/exports/charges.csv`, {
      method: "HEAD",
      headers: { authorization: `Bearer ${keys.read}` },
    });
    expect([head.status, head.headers.get("content-disposition")]).toEqual([
      200,
      'attachment; filename="charges.csv"',
    ]);
  });
});

/** Several pages of them. */
const walletCount = 450;

describe.each([...engines, { name: "memory", freshDatabaseUrl: async () => "sqlite::memory:" }])(
  "a long export on $name",
  ({ freshDatabaseUrl }) => {
    let running: Running;
    /** How many snapshots are open. */
    let open = 0;
    beforeAll(async () => {
      running = await startTallyhook(await freshDatabaseUrl(), { POLICY_FILE: policyFile() });
      const events = Array.from({ length: walletCount }, (_, index) => ({
        id: String(index),
        owner: `owner_${index}`,
        meter: "calls",
        quantity: 1,
        currency: "USD",
      }));
      await running.write("/v1/usage", { events });
      const { store } = running.tallyhook.services;
      const openSnapshot = store.openSnapshot.bind(store);
      Object.assign(store, {
        openSnapshot: async () => {
          const snapshot = await openSnapshot();
          open += 1;
          const close = async () => {
            await snapshot.close();
            open -= 1;
          };
          return { read: snapshot.read, close };
        },
      });
    });
    afterAll(() => running.close());

    test("is of one moment, and keeps no writer waiting", async () => {
      const pages = exportRows(running.tallyhook.services, "wallets", {});
      const first = (await pages.next()).value ?? [];
      const late = await running.write("/v1/wallets", { owner: "late", currency: "USD" });
      expect(late.status).toBe(200);
      const rows = [...first];
      for await (const page of pages) rows.push(...page);
      expect(rows).toHaveLength(walletCount);
      const later = exportRows(running.tallyhook.services, "wallets", {});
      const [newest] = (await later.next()).value ?? [];
      await later.return(undefined);
      expect(newest?.owner).toBe("late");
    });

    test("lets its moment go when it is given up", async () => {
      const pages = exportRows(running.tallyhook.services, "wallets", {});
      await pages.next();
      const before = open;
      await pages.return(undefined);
      expect(open).toBe(before - 1);
    });
  },
);

test("ends when the client goes away", async () => {
  let ended = false;
  const url = await serving(async function* () {
    try {
      for (;;) yield "x".repeat(10_000);
    } finally {
      ended = true;
    }
  });
  const leaving = new AbortController();
  const response = await fetch(url, { signal: leaving.signal });
  await response.body?.getReader().read();
  expect(ended).toBe(false);
  leaving.abort();
  await until(() => ended);
});

test("an export that fails on its way is cut off: half a file is not taken for all of it", async () => {
  const url = await serving(async function* () {
    yield "id\n";
    await new Promise((resolve) => setTimeout(resolve, 20));
    throw new Error("The database is gone.");
  });
  const response = await fetch(url);
  expect(response.status).toBe(200);
  await expect(response.text()).rejects.toThrow();
});

test("a client that reads slowly is not sent more than it takes", async () => {
  let made = 0;
  const url = await serving(async function* () {
    for (; made < 5_000; made++) yield "x".repeat(10_000);
  });
  const reader = (await fetch(url)).body?.getReader();
  await reader?.read();
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(made).toBeLessThan(2_500);
  await reader?.cancel();
});

test.each([
  ["=1", "'=1"],
  ["+1", "'+1"],
  ["-1", "-1"],
  ["-1.50", "-1.50"],
  ["-1-1", "'-1-1"],
  ["@SUM(A1)", "'@SUM(A1)"],
  ["\t=1", "'\t=1"],
  ["\r=1", `"'\r=1"`],
  ["a,b", '"a,b"'],
  ['a"b', '"a""b"'],
  ["a\nb", '"a\nb"'],
  [null, ""],
  [["a"], '"[""a""]"'],
])("the cell %j is written as %j", (cell, written) => {
  expect(csvLines([[cell, "end"]])).toBe(`${written},end\n`);
});

const servers: ReturnType<typeof createServer>[] = [];
afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

async function serving(pieces: () => AsyncGenerator<string>): Promise<string> {
  const app = express();
  app.get("/", (request, response) =>
    sendStream(request, response, { name: "x.csv", mediaType: "text/csv" }, pieces()),
  );
  app.use((_error: unknown, _request: Request, response: Response, _next: NextFunction) => {
    response.destroy();
  });
  const server = createServer(app as RequestListener).listen(0);
  servers.push(server);
  await new Promise((resolve) => server.once("listening", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

test("an open discrepancy has its age in the list and in the file", async () => {
  const running = await startTallyhook((await engines[0]?.freshDatabaseUrl()) ?? "");
  await running.post(fixture("paddle/adjustment.created/chargeback-warning.json"));
  const { body } = await running.get<{ data: { age_days: number; age: string }[] }>("/v1/discrepancies");
  const csv = (await running.get<string>("/v1/exports/discrepancies.csv")).body;
  await running.close();
  expect(body.data.map(({ age_days, age }) => [age_days, age])).toEqual([[0, "0-1"]]);
  expect(csv.split(/\r?\n/)[0]).toContain("due_at,age_days,age,");
  expect(csv.split(/\r?\n/)[1]).toContain(",0,0-1,");
});
