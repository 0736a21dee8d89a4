import { closeAll, composed, eventOf, lineOf, saleOf, transactionEvent } from "../services/composed.ts";
import { engines } from "../support/engines.ts";
import { mistakesIn } from "./html.ts";
import { hiddenFields, type OpenedConsole, openConsole, type Shown } from "./opened.ts";

afterAll(closeAll);

/** What is said once on the next page. */
function saidBy({ headers }: Shown): string {
  const [, text = ""] = /tallyhook-said=([\w-]+)\./.exec(headers.get("set-cookie") ?? "") ?? [];
  return Buffer.from(text, "base64url").toString("utf8");
}
/** The hidden fields of what confirms, not of what only asks. */
const fieldsOf = (html: string, path: string) =>
  hiddenFields(html.replaceAll(/<form method="get".*?<\/form>/gs, ""), path);
const pathOf = ({ headers }: Shown) => (headers.get("location") ?? "").replace("/console", "");

describe.each(engines)("what a person books by hand from pages, on $name", ({ freshDatabaseUrl }) => {
  let books: Awaited<ReturnType<typeof composed>>;
  let opened: OpenedConsole;
  let wallet: string;
  let nobodys: string;
  beforeAll(async () => {
    books = await composed(await freshDatabaseUrl());
    await books.receive(transactionEvent(saleOf(1, [lineOf("txnitm_1", "pri_1", 1000)])));
    const sold = transactionEvent(saleOf(2, [lineOf("txnitm_2", "pri_2", 700)]));
    await books.receive(eventOf("transaction.completed", "nobodys", { ...sold.data, customer_id: null }));
    opened = await openConsole(books.tallyhook.services);
    const list = await opened.get("/wallets");
    [, wallet = ""] = /\/wallets\/(wal_\w+)/.exec(list.html) ?? [];
    const ownerless = await opened.get("/no-owner");
    [, nobodys = ""] = /\/charges\/(chg_[^/"]+)\/owner/.exec(ownerless.html) ?? [];
  });
  afterAll(async () => {
    const { problems } = await books.tallyhook.services.auditor.run();
    await opened.close();
    expect(problems).toEqual([]);
  });

  /** Shows what it books, and confirms it for a reason. */
  const confirm = async (
    path: string,
    query: Record<string, string>,
    fields: Record<string, string> = {},
  ) => {
    const shown = await opened.get(`${path}?${new URLSearchParams(query)}`);
    expect(mistakesIn(shown.html)).toEqual([]);
    const form = { ...query, ...fieldsOf(shown.html, path), reason: "asked by mail", ...fields };
    return { shown, form, answer: await opened.post(path, form) };
  };
  const balance = async () =>
    /Balance ([\d,.]+) USD/.exec((await opened.get(`/wallets/${wallet}`)).text)?.[1];

  test("a grant is shown before it is booked, booked once however often it is sent, and reversed", async () => {
    const path = `/wallets/${wallet}/grant`;
    const { shown, form, answer } = await confirm(path, { amount: "5.00", kind: "promo" });
    expect(shown.text).toContain("expenses:promo 5.00 USD");
    expect([answer.status, pathOf(answer), saidBy(answer)]).toEqual([
      303,
      `/wallets/${wallet}`,
      "It is booked.",
    ]);
    expect((await opened.post(path, form)).status).toBe(303);
    expect(await balance()).toBe("15.00");
    const said = (await opened.get(`/trail?subject=${wallet}`)).text;
    expect(said).toContain("balance: 10.00 USD balance: 15.00 USD; entry: ");
    const [request = ""] = /req_[\w-]+/.exec(said) ?? [];
    const found = await opened.get(`/search?q=${request}`);
    expect([found.status, pathOf(found)]).toEqual([303, `/trail?request=${request}`]);
    expect((await opened.get(`/trail?request=${request}`)).text).toContain("balance: 15.00 USD");
    expect((await opened.get(`/trail?request=${request}x`)).text).not.toContain("balance:");
    // Another form that was made before it is stale.
    const stale = await opened.post(path, { ...form, form_id: crypto.randomUUID() });
    expect(saidBy(stale)).toMatch(/^Nothing was posted: the books have moved since/);
    expect(pathOf(stale)).toContain(`${path}?amount=5.00`);
    expect(await balance()).toBe("15.00");
    const [, entry = ""] =
      /\/entries\/(wal_\w+\.\d+)\/reverse/.exec((await opened.get(`/wallets/${wallet}`)).html) ?? [];
    const reversed = await confirm(`/entries/${entry}/reverse`, {});
    expect([reversed.answer.status, saidBy(reversed.answer)]).toEqual([303, "It is booked."]);
    expect(await balance()).toBe("10.00");
    expect((await opened.get(`/entries/${entry}/reverse`)).text).toContain("It was reversed before, by wal_");
    expect((await opened.get(`/wallets/${wallet}`)).html).not.toContain(`/entries/${entry}/reverse`);
    const trail = await opened.get(`/trail?subject=${wallet}`);
    expect(trail.text).toContain("financeer");
  });

  test.each([
    ["grant", { amount: "1,5" }, "with a point"],
    ["grant", { amount: "0" }, "more than 0"],
    ["grant", { amount: "1", kind: "paid" }, "Say where it was paid"],
    ["grant", { amount: "1.005" }, "USD has 2 decimals."],
    ["grant", { amount: "1", expires: "soon" }, "2027-01-31"],
    ["grant", { amount: "1", expires: "2020-01-31" }, "expire in the future"],
    ["grant", { amount: "99999999999999999999" }, "cannot be booked"],
    ["write-off", { amount: "1" }, "Only 0.00 USD is owed."],
  ])("%s of %j is a sentence", async (path, query, why) => {
    const { status, text, html } = await opened.get(
      `/wallets/${wallet}/${path}?${new URLSearchParams(query as never)}`,
    );
    expect([status, mistakesIn(html)]).toEqual([200, []]);
    expect(text).toContain(why);
    expect(text).not.toContain("What it books");
  });

  test("where it was paid is asked only of what was", async () => {
    const asked = (kind: string) => opened.get(`/wallets/${wallet}/grant?amount=1&kind=${kind}`);
    expect((await asked("promo")).text).not.toContain("Where it was paid");
    expect((await asked("paid")).text).toContain("Where it was paid");
  });

  test("a debit beyond what is there says that not all of it is covered", async () => {
    const { text } = await opened.get(`/wallets/${wallet}/debit?amount=11.00`);
    expect(text).toContain("its balance is then 0.00 USD; not all of it is covered");
    const { answer } = await confirm(`/wallets/${wallet}/debit`, { amount: "1.00" });
    expect(answer.status).toBe(303);
    expect(await balance()).toBe("9.00");
    const unsaid = await confirm(`/wallets/${wallet}/debit`, { amount: "1.00" }, { reason: " " });
    expect([unsaid.answer.status, unsaid.answer.text]).toEqual([400, expect.stringContaining("reason")]);
    expect(await balance()).toBe("9.00");
  });

  test("a charge of nobody's is given to an owner who is there, and taken back", async () => {
    const list = await opened.get("/no-owner");
    expect(list.text).toMatch(/USD 1 7\.00/);
    expect(mistakesIn(list.html)).toEqual([]);
    const path = `/charges/${nobodys}/owner`;
    const typo = await opened.get(`${path}?owner=paddel`);
    expect(typo.text).toContain("There is no owner paddel");
    expect(fieldsOf(typo.html, path)).toEqual({});
    const { shown, form, answer } = await confirm(path, { owner: "acme", new_owner: "yes" });
    expect(shown.text).toContain("its balance is then 7.00 USD");
    expect([answer.status, saidBy(answer)]).toEqual([303, "It is acme's."]);
    expect((await opened.get("/no-owner")).text).toContain("Every charge that was paid belongs to somebody.");
    const late = await opened.post(path, { ...form, form_id: crypto.randomUUID() });
    expect(saidBy(late)).toMatch(/^Nothing was posted/);
    const back = await confirm(path, {});
    expect(back.shown.text).toContain("financeer");
    expect([back.answer.status, saidBy(back.answer)]).toEqual([
      303,
      "What was said of its owner is taken back.",
    ]);
    expect((await opened.get("/no-owner")).text).toMatch(/USD 1 7\.00/);
  });

  test("a charge that got a customer meanwhile is a sentence, and nothing is booked", async () => {
    const path = `/charges/${nobodys}/owner`;
    const shown = await opened.get(`${path}?owner=acme`);
    const form = { owner: "acme", ...fieldsOf(shown.html, path), reason: "asked by mail" };
    const sold = transactionEvent(saleOf(2, [lineOf("txnitm_2", "pri_2", 700)]));
    await books.receive(
      eventOf("transaction.updated", "known_now", { ...sold.data, customer_id: "ctm_late" }),
    );
    const answer = await opened.post(path, form);
    expect(answer.status).toBe(303);
    expect(saidBy(answer)).toMatch(/^Nothing was posted/);
    expect((await opened.get(pathOf(answer))).text).toContain("Say whose its customer is");
    const there = await opened.get(`${path}?owner=acme`);
    const link = { owner: "acme", ...fieldsOf(there.html, `/charges/${nobodys}/link`), reason: "ours" };
    expect(saidBy(await opened.post(`/charges/${nobodys}/link`, link))).toBe("It is acme's.");
    expect((await opened.get(`/charges/${nobodys}`)).text).toContain("Owner acme");
  });

  test("the role read sees no form", async () => {
    expect((await opened.get(`/wallets/${wallet}/grant`, "read")).status).toBe(403);
    expect((await opened.get(`/charges/${nobodys}/owner`, "read")).status).toBe(403);
    const { html } = await opened.get(`/wallets/${wallet}`, "read");
    expect(html).not.toContain("/grant");
    expect((await opened.get("/no-owner", "read")).html).not.toContain("/owner");
  });
});
