import { parse } from "csv-parse/sync";
import { type OpenedConsole, openConsole } from "../console/opened.ts";
import type { Running } from "../http/running.ts";
import { readList } from "./against-a-server.ts";

/** A figure that a page has otherwise than the file of its list, or the API. */
export interface Differing {
  readonly page: string;
  readonly of: string;
  readonly shown: unknown;
  readonly file: unknown;
  readonly api: unknown;
}

interface Cell {
  readonly text: string;
  /** Minor units; `null`: it is no amount, or not stated. */
  readonly amount: string | null;
  readonly href: string;
}
type Row = Readonly<Record<string, Cell>>;

/** The rows of a page's table, by the heads of its columns; none if it has no such table. */
function tableIn(html: string, caption: RegExp): Row[] {
  for (const [, table = ""] of html.matchAll(/<table>(.*?)<\/table>/gs)) {
    const [, title = ""] = /<caption>(.*?)<\/caption>/s.exec(table) ?? [];
    if (!caption.test(title)) continue;
    const [, head = "", body = ""] = /<thead>(.*?)<\/thead><tbody>(.*?)<\/tbody>/s.exec(table) ?? [];
    const names = cellsIn(head).map(({ text }) => text);
    return [...body.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row = ""]) =>
      Object.fromEntries(cellsIn(row).map((cell, index) => [names[index] ?? "", cell])),
    );
  }
  return [];
}

function cellsIn(row: string): Cell[] {
  return [...row.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/gs)].map(([, cell = ""]) => ({
    text: cell.replaceAll(/<[^>]*>/g, ""),
    amount: /<data value="(-?\d+)"/.exec(cell)?.[1] ?? null,
    href: /href="([^"]*)"/.exec(cell)?.[1] ?? "",
  }));
}

/** A list of the console, its file and that of the API: which column of theirs each column of the page is. */
const lists = {
  charges: {
    caption: /^Charges of/,
    columns: {
      Total: "total",
      "Credit spent or carried over": "credit_applied",
      Collected: "collected",
      "To the wallet": "topped_up",
      "Taken back": "taken_back",
    },
  },
  movements: {
    caption: /^Movements of/,
    columns: {
      Amount: "amount",
      "Asked of the wallet": "taken_back",
      "Not covered now": "uncovered",
    },
  },
  wallets: {
    caption: /^Wallets, newest/,
    columns: {
      Balance: "balance",
      "Of it paid for": "paid",
      "Of it given": "promo",
      Reserved: "held",
      "Owed to us": "recovery",
    },
  },
} as const;

/** Every figure of the console's lists, their sums and the overview, held against the files and the API. Empty: they are the same. */
export async function differingFigures(server: Running): Promise<Differing[]> {
  const opened = await openConsole(server.tallyhook.services);
  try {
    const found: Differing[] = [];
    for (const list of Object.keys(lists) as (keyof typeof lists)[])
      found.push(...(await ofList(opened, server, list)));
    return [...found, ...(await ofSums(opened, server)), ...(await ofOverview(opened, server))];
  } finally {
    await opened.close();
  }
}

async function ofList(
  opened: OpenedConsole,
  server: Running,
  list: keyof typeof lists,
): Promise<Differing[]> {
  const { caption, columns } = lists[list];
  const rows: Row[] = [];
  for (let path = `/${list}`; path !== ""; ) {
    const { html } = await opened.get(path);
    rows.push(...tableIn(html, caption));
    path = (/rel="next" href="\/console([^"]*)"/.exec(html)?.[1] ?? "").replaceAll("&amp;", "&");
  }
  const inFile = byId(parse((await opened.get(`/${list}.csv?units=minor`)).html, { columns: true }));
  const inApi = byId((await readList(server, list)) as Figures[]);
  const ids = rows.map((row) => Object.values(row)[0]?.href.split("/").at(-1) ?? "");
  const counts = [new Set(ids).size, inFile.size, inApi.size];
  const differing: Differing[] =
    new Set(counts).size === 1
      ? []
      : [{ page: list, of: "rows", shown: counts[0], file: counts[1], api: counts[2] }];
  rows.forEach((row, index) => {
    const id = ids[index] ?? "";
    for (const [head, name] of Object.entries(columns)) {
      const shown = row[head]?.amount ?? "";
      const [file, api] = [inFile.get(id)?.[name] ?? "", inApi.get(id)?.[name] ?? ""];
      if (shown !== file || shown !== api)
        differing.push({ page: list, of: `${id} ${head}`, shown, file, api });
    }
  });
  return differing;
}

type Figures = Readonly<Record<string, string | null>>;
const byId = (rows: readonly Figures[]) => new Map(rows.map((row) => [row.id, row]));

const sumColumns = {
  Total: "total",
  "Credit spent or carried over": "credit_applied",
  "Asked to pay": "grand_total",
  Collected: "collected",
  Refunded: "refunded",
  "To wallets": "topped_up",
  "Taken back": "taken_back",
} as const;

/** What all charges of some months come to: the page's sums, those of the file's rows, and the API's. */
async function ofSums(opened: OpenedConsole, server: Running): Promise<Differing[]> {
  const asked = "from=2026-08-01&to=2026-11-01";
  const shown = tableIn((await opened.get(`/charges?${asked}`)).html, /^What all charges/);
  const rows = parse((await opened.get(`/charges.csv?${asked}&units=minor`)).html, {
    columns: true,
  }) as Figures[];
  const { body } = await server.get<{ sums: Figures[] }>(`/v1/charges?${asked}&sums=true&limit=1`);
  return [...Map.groupBy(rows, ({ currency }) => currency ?? "")].flatMap(([currency, own]) =>
    Object.entries(sumColumns).flatMap(([head, name]) => {
      const file = String(own.reduce((sum, row) => sum + BigInt(row[name] || 0), 0n));
      const page = shown.find((row) => row.Currency?.text === currency)?.[head]?.amount ?? "";
      const api = body.sums.find((sum) => sum.currency === currency)?.[name] ?? "";
      return page === file && page === api
        ? []
        : [{ page: "sums of charges", of: `${currency} ${head}`, shown: page, file, api }];
    }),
  );
}

const owedColumns = {
  Paid: "paid",
  "Given away": "promo",
  "Of it reserved": "held",
  "Owed to us": "recovery",
};

async function ofOverview(opened: OpenedConsole, server: Running): Promise<Differing[]> {
  const { html } = await opened.get("/");
  const { body } = await server.get<{ wallets: Figures[]; no_owner: Figures[] }>("/v1/overview");
  const wallets = parse((await opened.get("/wallets.csv?units=minor")).html, { columns: true }) as Figures[];
  const owed = [...Map.groupBy(wallets, ({ currency }) => currency ?? "")].flatMap(([currency, own]) =>
    Object.entries(owedColumns).map(([head, name]) => ({
      page: "overview",
      of: `${currency} ${head}`,
      shown: tableIn(html, /^What all wallets/).find((row) => row.Currency?.text === currency)?.[head]
        ?.amount,
      file: String(own.reduce((sum, row) => sum + BigInt(row[name] || 0), 0n)),
      api: body.wallets.find((row) => row.currency === currency)?.[name],
    })),
  );
  const paid = (await readList(server, "charges")).filter(
    ({ owner, customer_ref, status }) => owner === null && customer_ref === null && status === "paid",
  ) as Figures[];
  const nobodys = [...Map.groupBy(paid, ({ currency }) => currency ?? "")].map(([currency, own]) => ({
    page: "overview",
    of: `nobody's ${currency}`,
    shown: tableIn(html, /^Charges that were paid/).find((row) => row.Currency?.text === currency)?.Collected
      ?.amount,
    file: String(own.reduce((sum, row) => sum + BigInt(row.collected || 0), 0n)),
    api: body.no_owner.find((row) => row.currency === currency)?.collected,
  }));
  return [...owed, ...nobodys].filter(({ shown, file, api }) => shown !== file || shown !== api);
}
