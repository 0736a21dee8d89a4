import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pages } from "../../src/console/pages.ts";
import { linkCustomer } from "../../src/services/charges/link-customer.ts";
import { withAllFixtures } from "../http/all-fixtures.ts";
import { fixture, type Running } from "../http/running.ts";
import { closeAll, composed, lineOf, saleOf, transactionEvent } from "../services/composed.ts";
import { engines } from "../support/engines.ts";
import { adjustmentBody } from "../support/paddle-bodies.ts";
import { projectRoot } from "../support/project-root.ts";
import { mistakesIn } from "./html.ts";
import { type OpenedConsole, openConsole } from "./opened.ts";

afterAll(closeAll);

const hostile = `<script>alert(1)</script>"><img src=x onerror=alert(1)>\u202e`;

/** What is committed of a page, so that a change of it can be read. After a change that is right: UPDATE_GOLDEN=1. */
function golden(name: string, html: string): void {
  const main = (/<main[^>]*>(.*)<\/main>/s.exec(html)?.[1] ?? html).replaceAll(
    /name="form_(id|token)" value="[^"]*"/g,
    'name="form_$1" value="…"',
  );
  const text = `${main.replaceAll(/(<(?:h[1-6]|table|tr|p|ul|li|dt|form|section|svg|nav|caption|label)[ >])/g, "\n$1")}\n`;
  const file = join(projectRoot, "test/console/golden", `${name}.html`);
  if (process.env.UPDATE_GOLDEN) writeFileSync(file, text);
  expect(text).toBe(readFileSync(file, "utf8"));
}

/** The pages that need no id. */
const lists = pages.map(({ path }) => path).filter((path) => !path.includes(":"));

describe("pages of an installation in which nothing happened yet", () => {
  let opened: OpenedConsole;
  beforeAll(async () => {
    opened = await openConsole((await composed("sqlite::memory:")).tallyhook.services);
  });
  afterAll(() => opened.close());

  test.each(lists)("%s says so", async (path) => {
    const { status, html } = await opened.get(path);
    expect({ status, mistakes: mistakesIn(html) }).toEqual({ status: 200, mistakes: [] });
    golden(`empty${path.replaceAll("/", "-")}`, html);
  });

  test.each(["/charges/none", "/movements/none", "/events/none"])(
    "%s is not there, and can be searched for",
    async (path) => {
      const { status, html, text } = await opened.get(path);
      expect({ status, mistakes: mistakesIn(html) }).toEqual({ status: 404, mistakes: [] });
      expect(text).toContain("Search for it everywhere");
    },
  );
});

describe("pages of one charge", () => {
  let opened: OpenedConsole;
  beforeAll(async () => {
    const books = await composed("sqlite::memory:");
    await books.receive(fixture("paddle/transaction.completed/seed.json"));
    const sale = saleOf(7, [lineOf("txnitm_7", "pri_7", 1000)]);
    await books.receive(transactionEvent(sale));
    const refund = { id: "adj_7", action: "refund", status: "approved", amount: 400 };
    const body = adjustmentBody(sale, { ...refund, named: [], taxOnly: false, toBalance: null });
    await books.receive({
      ...transactionEvent(sale),
      event_id: "evt_adj_7",
      event_type: "adjustment.created",
      data: body,
    });
    await books.receive(fixture("stripe/invoice.paid/below-minimum-2020.json"), "stripe");
    opened = await openConsole(books.tallyhook.services);
  });
  afterAll(() => opened.close());

  test("what is too small to collect is carried over, and was no credit", async () => {
    const { text } = await opened.get("/charges/chg_in_1oDA566PxhQbzbRZ3UwqQxvA~stripe");
    expect(text).toContain("− carried over to the next invoice (0.45)");
    expect(text).not.toContain("credit Stripe held");
    expect(text).not.toContain("Where the credit came from");
  });

  test("why 4.99 and not 19.99, and where the credit came from", async () => {
    const found = await opened.get("/search?q=txn_abc123");
    expect(found.status).toBe(303);
    const path = (found.headers.get("location") ?? "").replace("/console", "");
    const { html, text } = await opened.get(path);
    expect(mistakesIn(html)).toEqual([]);
    golden("charge-seed", html);
    for (const said of [
      "Why 4.99 and not 19.99 USD",
      "= total 19.99",
      "− credit Paddle held for the customer (15.00)",
      "= asked to pay 4.99",
      "= collected 4.99",
      "15.00 USD came from nothing that we have heard of",
      "= on our balance at Paddle 15.16",
    ])
      expect(text).toContain(said);
    expect(text).not.toContain("do not add up");
  });

  test("which wallet was debited for a refund, and how much was not covered", async () => {
    const { html, text } = await opened.get("/movements");
    golden("movements", html);
    const [, path = ""] = /href="\/console(\/movements\/mov_[^"]*)"/.exec(html) ?? [];
    expect(text).toContain("adj_7");
    const shown = await opened.get(path);
    expect(mistakesIn(shown.html)).toEqual([]);
    golden("movement", shown.html);
    expect(shown.text).toMatch(
      /4\.00 USD had to come from wal_\w+ of paddle:ctm_1 ; 4\.00 USD of it were taken, 0\.00 USD of it are not covered now/,
    );
  });

  test.each(["/", "/charges", "/charges?from=2023-01-01&to=2024-01-01"])("%s", async (path) => {
    const { html } = await opened.get(path);
    expect(mistakesIn(html)).toEqual([]);
    golden(`few${path.replaceAll(/[/?]/g, "-").slice(0, 12)}`, html);
  });

  test.each([
    ["/charges?from=1999-01-01&to=1999-02-01", "No charge of 1999-01-01 to 1999-02-01 is like this."],
    ["/charges?from=2099-01-01", "No charge from 2099-01-01 on is like this."],
    ["/movements?to=1999-01-01", "No movement before 1999-01-01 is like this."],
    ["/trail?from=2099-01-01", "Nobody has done anything of this kind from 2099-01-01 on."],
  ])("%s has nothing, and says it in a sentence", async (path, sentence) => {
    expect((await opened.get(path)).text).toContain(sentence);
  });

  test("accounts as they were are that in the header, and so are the ledgers they lead to", async () => {
    const { html } = await opened.get("/accounts?at=2026-11-01");
    expect(html).toMatch(/class="period">at 1 Nov 2026 00:00:00 UTC · by when it happened/);
    const [, path = ""] = /href="\/console(\/accounts\/[^"]*at=[^"]*)"/.exec(html) ?? [];
    const ledger = await opened.get(path.replaceAll("&amp;", "&"));
    expect(ledger.html).toMatch(/class="period">up to 1 Nov 2026 00:00:00 UTC/);
    expect(ledger.text).toContain("It held at 1 Nov 2026 00:00:00 UTC");
    expect((await opened.get("/accounts")).html).toContain('class="period">now · by');
  });

  test("of a list nobody has, it says of what period it is", async () => {
    const { text } = await opened.get("/charges?from=1999-01-01&to=1999-02-01");
    expect(text).toContain("No charge of 1999-01-01 to 1999-02-01 is like this. All charges of all time");
  });

  test("the file of a list has its rows, and no others", async () => {
    const file = await opened.get("/charges.csv?invoice_number=3731-10089");
    const lines = file.html.trim().split("\n");
    expect(file.headers.get("content-type")).toContain("text/csv");
    expect(file.headers.get("content-disposition")).toMatch(
      /"charges-as-of-\d{4}-\d\d-\d\dT\d{6}[\d.]*Z\.csv"/,
    );
    for (const [path, name] of [
      ["/charges.csv?month=2026-01", "charges-2026-01.csv"],
      ["/charges.csv?from=2026-01-01&to=2026-02-01", "charges-2026-01-01-to-2026-02-01.csv"],
      ["/wallets.csv?at=2026-02-01", "wallets-at-2026-02-01T000000Z.csv"],
    ] as const)
      expect((await opened.get(path)).headers.get("content-disposition")).toContain(`"${name}"`);
    expect(lines).toHaveLength(2);
    expect(lines[1]).toContain("txn_abc123");
  });

  test.each([
    ["/charges?from=2026-13-01", "Write a day like 2026-10-01."],
    ["/accounts?at=soon", "Write a day like 2026-10-01."],
    ["/charges?status=nothing", "It is none of the words that can be chosen."],
    ["/charges?provider=adyen", "There is no such provider here: write paddle or stripe."],
    ["/charges.csv?from=2026-13-01", "Write a day like 2026-10-01."],
    ["/charges?colour=red", "colour"],
    ["/charges?status=nothing", "status"],
    ["/charges?from=yesterday", "From"],
    ["/movements?kind=theft", "kind"],
    ["/search?query=x", "query"],
  ])("%s is refused by name", async (path, name) => {
    const { status, text } = await opened.get(path);
    expect(status).toBe(400);
    expect(text).toContain(name);
    expect(text).not.toMatch(/RFC 3339|Invalid option|expected/);
  });

  test("a mistyped day is told at its field, on the page itself", async () => {
    const { html } = await opened.get("/charges?from=2026-13-01&provider=paddle");
    expect(mistakesIn(html)).toEqual([]);
    expect(html).toMatch(/name="from" value="2026-13-01"[^>]*><span class="status bad">Write a day like/);
    expect(html).toMatch(/<option value="paddle" selected/);
    expect(html).toContain("No list is shown");
    expect(html).not.toContain("<table");
    expect((await opened.get("/movements?to=soon")).text).toContain("Before “soon” cannot be read");
    const { text } = await opened.get("/wallets?at=soon");
    expect(text).toContain(
      "At “soon” cannot be read. Write a day like 2026-10-01. It is the beginning of that day",
    );
    expect(text).not.toContain("is left out");
    for (const [at, shown] of [
      ["2026-09-30T23:59", "2026-09-30T23:59:00Z"],
      ["2026-09-30T23:59Z", "2026-09-30T23:59:00Z"],
      ["2026-09-30T23:59:07", "2026-09-30T23:59:07Z"],
      ["2026-09-30", "2026-09-30T00:00:00Z"],
    ])
      expect((await opened.get(`/wallets?at=${at}`)).html).toContain(`name="at" value="${shown}"`);
    for (const at of ["2026-09-30T24:00", "2026-09-30T23", "2026-9-30T23:59"])
      expect((await opened.get(`/wallets?at=${at}`)).status).toBe(400);
  });

  test.each([
    "/charges?currency=usd",
    "/charges?invoice_number=a587dd9c-0007",
    "/charges?invoice_number=A587dd9C-0007",
    "/wallets?currency=usd",
  ])("%s is found in whatever case it is typed", async (path) => {
    expect((await opened.get(path)).html).toMatch(/<th scope="row"><a class="id"/);
  });

  test("an invoice is found by its number in whatever case it is typed", async () => {
    for (const typed of ["a587dd9c-0007", "A587DD9C-0007", "A587dd9c-0007"]) {
      const { status, headers } = await opened.get(`/search?q=${typed}`);
      expect([typed, status, headers.get("location")]).toEqual([
        typed,
        303,
        "/console/charges/chg_in_1oDA566PxhQbzbRZ3UwqQxvA~stripe",
      ]);
    }
  });

  test.each(["#2", ":GBP"])(
    "a compared row is found by what it is of, not by its number in a report: %s",
    async (beyond) => {
      const { status, headers } = await opened.get(`/search?q=${encodeURIComponent(`txn_abc123${beyond}`)}`);
      expect([status, headers.get("location")]).toEqual([303, "/console/charges/chg_txn_abc123~paddle"]);
    },
  );

  test("a kind that there is none of is named, and kinds are asked for as they are read", async () => {
    expect((await opened.get("/discrepancies?kind=theft")).text).toContain("is of the kind “theft”");
    expect((await opened.get("/discrepancies?kind=Fee%20differs")).text).toContain("“fee differs”");
  });

  test("what a form leaves empty is not asked for", async () => {
    expect((await opened.get("/charges?from=&to=&status=&currency=&owner=")).status).toBe(200);
  });

  test("text from elsewhere is text", async () => {
    for (const path of [
      `/search?q=${encodeURIComponent(hostile)}`,
      `/charges?owner=${encodeURIComponent(hostile)}`,
    ]) {
      const { status, html } = await opened.get(path);
      expect({ status, mistakes: mistakesIn(html) }).toEqual({ status: 200, mistakes: [] });
    }
  });
});

describe.each(engines)("pages of all recorded bodies, on $name", (engine) => {
  const { name } = engine;
  /** Of each page of a list; every page is looked at on the quicker engine. */
  const most = name === "sqlite" ? 60 : 6;
  let running: Running;
  let opened: OpenedConsole;
  beforeAll(async () => {
    running = await withAllFixtures(engine);
    opened = await openConsole(running.tallyhook.services);
  });
  afterAll(async () => {
    await opened.close();
    await running.close();
  });

  test("of what no posting can settle no account is asked for, and it is said what can be done instead", async () => {
    const { html } = await opened.get("/discrepancies");
    const ids = [...new Set([...html.matchAll(/\/discrepancies\/(dis_[^"?]+)/g)].map(([, id]) => id))];
    const pages = await Promise.all(ids.map((id) => opened.get(`/discrepancies/${id}`)));
    const without = pages.filter(({ text }) => text.includes("No posting can settle it."));
    expect(without.length).toBeGreaterThan(0);
    const ofOneDocument = pages.filter(({ text }) => text.includes("Level the figures of one document"));
    expect(ofOneDocument.length).toBeGreaterThan(0);
    for (const { text } of ofOneDocument) expect(text).toContain("days ago (when it was noticed:");
    for (const { html, text } of pages) {
      const isWithout = text.includes("No posting can settle it.");
      expect(html.includes('list="bearing"')).toBe(!isWithout);
      expect(text.includes("Write it off")).toBe(!isWithout);
      expect(text).toContain("It is right as it is");
    }
    expect(without.map(({ text }) => text).join()).toContain("settles it for a reason");
  });

  test("every charge, movement and event has a page without a mistake, and nothing that does not add up unsaid", async () => {
    const seen = new Set<string>();
    const look = async (path: string) => {
      if (seen.has(path)) return "";
      seen.add(path);
      const { status, html, text } = await opened.get(path);
      expect({ path, status, mistakes: mistakesIn(html) }).toEqual({ path, status: 200, mistakes: [] });
      if (text.includes("do not add up"))
        expect({ path, text }).toMatchObject({ text: expect.stringContaining("It is known:") });
      return html;
    };
    for (const list of lists)
      for (let path = list; path !== ""; ) {
        const html = await look(path);
        const links = [...html.matchAll(/href="\/console(\/(?:charges|movements|events)\/[^"?]*)"/g)];
        for (const [, link = ""] of links.slice(0, most)) await look(link);
        const [, next = ""] = /rel="next" href="\/console([^"]*)"/.exec(html) ?? [];
        path = next.replaceAll("&amp;", "&");
      }
    expect([...seen].filter((path) => path.startsWith("/charges/")).length).toBeGreaterThan(most / 2);
  });

  test("the sums of a list say how total, asked to pay and collected come from each other", async () => {
    const parts = async (period: string) => {
      const { html } = await opened.get(`/charges?${period}&currency=usd`);
      const [, body = ""] = /How these sums come from each other.*?<tbody>(.*?)<\/tbody>/s.exec(html) ?? [];
      return [...body.matchAll(/<tr><th scope="row">(.*?)<\/th><td[^>]*><data value="(-?\d+)"/gs)].map(
        ([, what = "", amount]) => [what.replaceAll(/<[^>]*>/g, ""), Number(amount)] as const,
      );
    };
    expect(await parts("from=2022-01-01&to=2023-01-01")).toEqual([
      ["Total", 59615],
      ["− credit spent or carried over", -3657],
      ["+ given to customers as credit", 3612],
      ["− credit notes before it was paid", -2380],
      ["+ debt of earlier documents", 45],
      ["= asked to pay", 57235],
      ["− paid outside the provider", -29750],
      ["= collected", 27485],
    ]);
    const all = await parts("from=2026-01-01&to=2027-01-01");
    expect(all.map(([what]) => what)).toEqual([
      "Total",
      "− credit spent or carried over",
      "+ given to customers as credit",
      "− credit notes before it was paid",
      "= asked to pay",
      "− in drafts, which nobody has been asked to pay yet",
      "− still to be paid",
      "− called off",
      "− taken off before it was paid",
      "+ paid beyond that",
      "+ collected for documents that were not seen yet",
      "= collected",
    ]);
    const between = (sum: string) => all.findIndex(([what]) => what === sum);
    for (const sum of ["= asked to pay", "= collected"]) {
      const start = sum === "= collected" ? between("= asked to pay") : 0;
      const come = all.slice(start, between(sum)).reduce((together, [, amount]) => together + amount, 0);
      expect([sum, come]).toEqual([sum, all[between(sum)]?.[1]]);
    }
  });

  test("going on and going back in a list leads to the same rows", async () => {
    const ids = (html: string) =>
      [...html.matchAll(/<th scope="row"><a class="id" href="[^"]*\/charges\/(chg_[^"]+)"/g)].map(
        ([, id]) => id,
      );
    const linkIn = (html: string, rel: string) =>
      (new RegExp(`rel="${rel}" href="/console([^"]*)"`).exec(html)?.[1] ?? "").replaceAll("&amp;", "&");
    const first = await opened.get("/charges");
    const second = await opened.get(linkIn(first.html, "next"));
    expect(ids(first.html)).toHaveLength(50);
    expect(ids(second.html).filter((id) => ids(first.html).includes(id))).toEqual([]);
    const back = await opened.get(linkIn(second.html, "prev"));
    expect(ids(back.html)).toEqual(ids(first.html));
    const gone = await opened.get("/charges?after=chg_gone");
    expect(gone.text).toContain("is not in the list any more");
    expect(ids(gone.html)).toEqual(ids(first.html));
  });
});

test("the overview says of an account that fell silent that it did, and until it delivers again", async () => {
  const books = await composed("sqlite::memory:");
  const sale = (index: number) => transactionEvent(saleOf(index, [lineOf(`txnitm_${index}`, "pri_7", 1000)]));
  for (let index = 1; index <= 20; index += 1) {
    await books.receive(sale(index));
    books.clock.advance(60);
  }
  const opened = await openConsole(books.tallyhook.services);
  const sentence = "It has sent nothing for twice as long as it ever paused in thirty days";
  expect((await opened.get("/")).text).not.toContain(sentence);
  books.clock.advance(7 * 3600);
  const { html, text } = await opened.get("/");
  expect(mistakesIn(html)).toEqual([]);
  expect(text.split(sentence)).toHaveLength(2);
  await books.receive(sale(21));
  expect((await opened.get("/")).text).not.toContain(sentence);
  await opened.close();
});

test("where the money went ends at what the books have: what was taken off before it was paid is a line of it", async () => {
  const books = await composed("sqlite::memory:");
  const told = readFileSync(join(projectRoot, "fixtures/scenarios/manual-invoice.jsonl"), "utf8").trim();
  for (const line of told.split("\n")) await books.receive(Buffer.from(line));
  const opened = await openConsole(books.tallyhook.services);
  const { html, text } = await opened.get("/charges/chg_txn_01kt3rzr9gnx31c1z1wge3vk7w~paddle");
  expect(mistakesIn(html)).toEqual([]);
  expect(text).toContain(
    "− taken off before it was paid (139.96) = left of it on our balance at Paddle 559.84",
  );
  const ledger = await opened.get("/accounts/assets:provider:paddle:default:balance");
  expect(ledger.text).toContain("It holds now 559.84");
  await opened.close();
});

test("lists of what somebody wrote to harm are text: markup, direction marks, and very long", async () => {
  const books = await composed("sqlite::memory:");
  const event = transactionEvent(saleOf(7, [lineOf("txnitm_7", "pri_7", 1000)]));
  const { data } = event as unknown as { data: Record<string, unknown> };
  const owner = `${hostile}${"y".repeat(180)}`;
  await books.receive({
    ...event,
    data: { ...data, invoice_number: hostile, custom_data: { note: hostile.repeat(50) } },
  });
  const { services } = books.tallyhook;
  const customer = { provider: "paddle", account: "default", customerRef: "ctm_1", owner };
  await linkCustomer(services, { ...customer, move: true } as never);
  const opened = await openConsole(services);
  try {
    for (const path of lists) {
      const { status, html } = await opened.get(path);
      expect({ path, status, mistakes: mistakesIn(html) }).toEqual({ path, status: 200, mistakes: [] });
      expect([path, /<script>alert|<img src=x/.test(html)]).toEqual([path, false]);
      if (!["/charges", "/wallets"].includes(path)) continue;
      expect(html).toContain("&lt;script>alert(1)&lt;/script>");
      golden(`hostile${path.replaceAll("/", "-")}`, html.replaceAll(/wal_\w+/g, "wal_…"));
    }
  } finally {
    await opened.close();
  }
});
