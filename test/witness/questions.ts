import { rowClasses } from "../../src/domain/reconciling/level.ts";
import { audit } from "../../src/services/audit/audit.ts";
import { dump } from "../support/dump.ts";
import { openApiFile, type Witnessed } from "./compare.ts";
import type { House } from "./house.ts";

/** A list, and what it is narrowed by; `{field}` stands for the first value that a row has there. */
const lists: { readonly [path: string]: readonly string[] } = {
  "/v1/charges": [
    ...each("provider", "paddle", "stripe"),
    ...each("status", "draft", "open", "past_due", "paid", "uncollectible", "void", "unseen"),
    ...each("reversal", "charged_back", "disputed", "refunded", "partially_refunded", "none"),
    ...each("currency", "EUR", "JPY"),
    "owner={owner}",
    "customer_ref={customer_ref}",
    "ref={ref}",
    "status=paid&currency=USD&from=2026-09-01&to=2026-10-01",
  ],
  "/v1/movements": [
    ...each("kind", "refund", "dispute", "credit", "refund_reversal", "dispute_reversal", "credit_reversal"),
    ...each("status", "pending", "approved", "rejected", "reversed", "succeeded", "failed", "canceled"),
    "charge_id={charge_id}",
    "from=2026-09-01&to=2026-10-01",
  ],
  "/v1/events": [
    ...each("provider", "paddle", "stripe"),
    ...each("outcome", "applied", "duplicate", "ignored", "waiting", "parked", "failed"),
    "type=transaction.completed",
    "from=2026-10-01&to=2026-10-15",
  ],
  "/v1/wallets": ["owner={owner}", ...each("currency", "USD", "JPY")],
  "/v1/entries": [
    "account=assets:bank",
    "charge_id={charge_id}",
    "wallet_id={wallet_id}",
    "clock=effective&from=2026-09-01&to=2026-10-01",
    "clock=posted&from=2026-09-01&to=2026-10-01",
  ],
  "/v1/accounts": [
    "at=2026-10-01&clock=effective",
    "at=2026-10-01&clock=posted",
    "prefix=assets:bank",
    "rolled_up=true",
  ],
  "/v1/payouts": [
    ...each("provider", "paddle", "stripe"),
    ...each("status", "pending", "in_transit", "paid", "failed", "canceled"),
    "currency=EUR",
  ],
  "/v1/statements": [
    ...each("provider", "paddle", "stripe"),
    ...each("origin", "import", "list"),
    ...each("status", "running", "complete", "incomplete", "refused"),
    "format=payout_reconciliation&account=default",
  ],
  "/v1/reconciliations": [
    ...each("provider", "paddle", "stripe"),
    ...each(
      "level",
      "completeness",
      "posting",
      "settlement",
      "payout",
      "rollforward",
      "customer_credit",
      "wallets",
    ),
    ...each("status", "running", "matched", "discrepancies", "incomplete"),
  ],
  "/v1/discrepancies": [
    ...each("status", "open", "resolved"),
    "kind={kind}",
    ...each("provider", "paddle", "stripe"),
  ],
  "/v1/outbox": each("status", "pending", "delivered", "dead"),
  "/v1/limits?owner=witness": [],
  "/v1/audits": [],
  "/v1/reports/uncovered?month=2026-12": ["zone=America/Los_Angeles"],
};

/** What is asked of some of a list, from its first to its last. */
const ofEach: { readonly [list: string]: readonly string[] } = {
  "/v1/charges": ["", "/refundable"],
  "/v1/movements": [""],
  "/v1/events": [""],
  "/v1/entries": [""],
  "/v1/accounts": ["/lines"],
  "/v1/limits?owner=witness": [""],
  "/v1/discrepancies": ["", "/preview?resolution=accepted"],
  "/v1/payouts": ["", "/rows"],
  "/v1/wallets": [
    "",
    "/entries",
    "/entries?from=2026-09-01&to=2026-10-01",
    "/lots",
    "/holds",
    ...each("status", "open", "settled", "released", "expired").map((filter) => `/holds?${filter}`),
    "/explain",
    "/explain?at=2026-10-01T00:00:00Z",
  ],
  "/v1/statements": [
    "",
    "/rows",
    ...each("status", "included", "excluded", "error").map((filter) => `/rows?${filter}`),
  ],
  "/v1/reconciliations": ["", "/rows", ...each("class", ...rowClasses).map((filter) => `/rows?${filter}`)],
};
const asked = 80;
/** What of these is one thing, and no list. */
const isOne = (part: string): boolean => /^(?:\/refundable|\/preview\b.*)?$/.test(part);

const window = "from=2026-09-01&to=2026-10-01";
const months = ["2026-09", "2026-11", "2026-12"];

const single: readonly string[] = [
  "/v1/audit",
  "/v1/enough-balance?owner=witness&amount=100&currency=USD",
  "/v1/enough-balance?owner=witness&meter=reports&quantity=3&currency=USD",
  "/v1/enough-balance?owner=nobody&amount=1&currency=USD",
  "/v1/owners/witness",
  "/v1/overview",
  "/v1/actions?limit=200",
  ...["witness", "witness-1", "txn_abc123", "nothing"].map((name) => `/v1/search?q=${name}`),
  ...each("by", "day", "month", "none").map((by) => `/v1/reports/usage?owner=witness&${by}`),
  ...months.flatMap((month) => [
    `/v1/reports/rollforward?month=${month}`,
    `/v1/reports/rollforward?month=${month}&clock=effective&zone=Europe/Berlin`,
    `/v1/reports/rollforward?month=${month}&currency=USD`,
  ]),
];

const files: readonly string[] = [
  ...["charges", "movements"].flatMap((name) => [`${name}.csv`, `${name}.csv?${window}`]),
  ...["entries", "wallets", "usage"].flatMap((name) => [
    `${name}.csv`,
    `${name}.csv?clock=effective&${window}`,
    `${name}.csv?clock=posted&${window}`,
  ]),
  "usage-summary.csv?owner=witness",
  "trial-balance.csv?at=2026-10-01",
  "resolutions.csv",
  "discrepancies.csv",
  `discrepancies.csv?${window}`,
  ...months.flatMap((month) => [
    `uncovered.csv?month=${month}`,
    `rollforward.csv?month=${month}`,
    `rollforward.csv?month=${month}&clock=effective&currency=USD`,
  ]),
  "journal.hledger",
  `journal.hledger?${window}`,
];

const refused: readonly string[] = [
  "/v1/charges?limit=0",
  "/v1/charges?cursor=none",
  "/v1/charges?colour=red",
  "/v1/charges?from=yesterday",
  "/v1/charges/none",
  "/v1/usage/none",
  "/v1/reports/uncovered",
  "/v1/exports/rollforward.csv?month=13",
  "/v1/none",
];

function each(name: string, ...values: readonly string[]): string[] {
  return values.map((value) => `${name}=${value}`);
}

/** Everything that can be asked of the house, and what it answers. */
export async function testimony(
  house: House,
): Promise<{ readonly record: Witnessed; readonly unasked: string[] }> {
  const record = new Map<string, string>();
  const { services } = house.tallyhook;
  const questions = new Questions(house);
  for (const [list, filters] of Object.entries(lists)) {
    const { text, rows } = await questions.list(list, filters);
    record.set(`${fileOf(list)}.txt`, text);
    const of = ofEach[list] ?? [];
    if (of.length > 0) record.set(`${fileOf(list)}-each.txt`, await questions.ofEach(list, rows, of));
  }
  record.set("v1/usage-each.txt", await questions.all([...usageOf(house), ...holdsOf(house)]));
  record.set("v1/single.txt", await questions.all(single));
  record.set("v1/refused.txt", await questions.all(refused));
  for (const file of files)
    record.set(`exports/${file.replaceAll(/[?&=]/g, "_")}`, await questions.one(`/v1/exports/${file}`));
  const { text } = await house.read(`/${openApiFile}`);
  record.set(openApiFile, text);
  record.set("audit.json", `${JSON.stringify(await audit(services), null, 2)}\n`);
  record.set("dump.txt", await dump(services.store.read));
  record.set("written.txt", house.written.join("\n"));
  return { record, unasked: unaskedOf(text, questions.paths) };
}

const fileOf = (list: string): string => list.slice(1).replace(/\?.*/, "");

/** Some of what was told and held, by the answers that it got. */
function usageOf({ written }: House): string[] {
  const ids = written.flatMap((answer) =>
    answer.startsWith("POST /v1/usage\n") ? [...answer.matchAll(/"id":"([^"]+)"/g)] : [],
  );
  const distinct = [...new Set(ids.map(([, id]) => id))];
  return spread(distinct, 20).map((id) => `/v1/usage/${id}`);
}

function holdsOf({ written }: House): string[] {
  const ids = written.flatMap((answer) => [...answer.matchAll(/"id":"(wal_\w+\.hold\d+)"/g)]);
  return [...new Set(ids.map(([, id]) => `/v1/holds/${id}`))];
}

/** So many of them, from the first to the last. */
function spread<Item>(items: readonly Item[], count: number): Item[] {
  const places = Array.from({ length: count }, (_, index) =>
    Math.floor((index * (items.length - 1)) / (count - 1)),
  );
  return [...new Set(places)].flatMap((place) => items[place] ?? []);
}

type Row = Readonly<{ [field: string]: unknown }>;

class Questions {
  readonly paths = new Set<string>();
  readonly #house: House;

  constructor(house: House) {
    this.#house = house;
  }

  async one(path: string): Promise<string> {
    this.paths.add(path.replace(/\?.*/, ""));
    const { head, text } = await this.#house.read(path);
    // A line a row: a difference is found by its line.
    return `GET ${path}\n${head}\n${text.replaceAll("},{", "},\n{")}\n`;
  }

  async all(paths: readonly string[]): Promise<string> {
    const answers: string[] = [];
    for (const path of paths) answers.push(await this.one(path));
    return answers.join("\n");
  }

  /** All of it, its beginning in small pages, and what each filter leaves of it. */
  async list(
    path: string,
    filters: readonly string[],
  ): Promise<{ readonly text: string; readonly rows: Row[] }> {
    const whole = await this.#pages(path, { limit: 200, pages: 1_000 });
    const small = await this.#pages(path, { limit: 3, pages: 4 });
    const rows = whole.flatMap(rowsOf);
    const filtered: string[] = [];
    for (const filter of filters)
      filtered.push(...(await this.#pages(withQuery(path, filled(filter, rows)), { limit: 20, pages: 3 })));
    return { text: [...whole, ...small, ...filtered].join("\n"), rows };
  }

  async ofEach(list: string, rows: readonly Row[], parts: readonly string[]): Promise<string> {
    const answers: string[] = [];
    for (const { id, account } of spread(rows, asked))
      for (const part of parts) {
        const path = `${list.replace(/\?.*/, "")}/${encodeURIComponent(String(id ?? account))}${part}`;
        answers.push(
          ...(isOne(part) ? [await this.one(path)] : await this.#pages(path, { limit: 7, pages: 3 })),
        );
      }
    return answers.join("\n");
  }

  async #pages(
    path: string,
    { limit, pages }: { readonly limit: number; readonly pages: number },
  ): Promise<string[]> {
    const answers: string[] = [];
    for (let cursor: string | undefined = ""; cursor !== undefined && answers.length < pages; ) {
      const page = cursor === "" ? `limit=${limit}` : `limit=${limit}&cursor=${cursor}`;
      const answer = await this.one(withQuery(path, page));
      answers.push(answer);
      cursor = /"next_cursor":"([^"]+)"/.exec(answer)?.[1];
    }
    return answers;
  }
}

const withQuery = (path: string, query: string): string => `${path}${path.includes("?") ? "&" : "?"}${query}`;

function rowsOf(answer: string): Row[] {
  return (JSON.parse(answer.split("\n").slice(2).join("\n")) as { readonly data: Row[] }).data;
}

function filled(filter: string, rows: readonly Row[]): string {
  return filter.replace(/\{(\w+)\}/, (_, field) => {
    const value = rows.map((row) => row[field]).find((one) => typeof one === "string");
    return encodeURIComponent(String(value));
  });
}

/** What can be read by the API's own description, and was not asked for. */
function unaskedOf(document: string, paths: ReadonlySet<string>): string[] {
  const { paths: described } = JSON.parse(document) as {
    readonly paths: { readonly [path: string]: object };
  };
  return Object.entries(described)
    .filter(([path, methods]) => path.startsWith("/v1/") && "get" in methods)
    .map(([path]) => path)
    .filter((path) => {
      const pattern = new RegExp(`^${path.replaceAll(".", "\\.").replaceAll(/\{\w+\}/g, "[^/]+")}$`);
      return ![...paths].some((one) => pattern.test(one));
    });
}
