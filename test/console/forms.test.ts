import { sql } from "kysely";
import { formFields } from "../../src/console/kit/forms.ts";
import { actions } from "../../src/console/pages.ts";
import { answered, keys, type Running, seed, startTallyhook } from "../http/running.ts";
import { engines } from "../support/engines.ts";
import { takeAway } from "../support/taken-away.ts";
import { formKey, hiddenFields, type OpenedConsole, openConsole, type Shown } from "./opened.ts";

const sale = JSON.parse(seed.toString());
const told = (id: string, data: object | null) => JSON.stringify({ ...sale, event_id: `evt_${id}`, data });

/** A form as a page has it, with what a person writes into it. */
interface Form {
  readonly name: string;
  readonly path: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** Forms that write nothing here, and what they are answered: no wallet owes anything. */
const onlyLook: Readonly<Record<string, number>> = { "discrepancy.choose": 303, "recovery.write_off": 400 };

describe.each(engines)("every form of the console, on $name", ({ freshDatabaseUrl }) => {
  let databaseUrl: string;
  let running: Running;
  let opened: OpenedConsole;
  let forms: readonly Form[];

  const listed = async (list: string) =>
    (await running.get<{ data: { id: string; kind?: string }[] }>(`/v1/${list}`)).body.data;
  const first = async (list: string) => (await listed(list))[0]?.id ?? "none";

  /** What it confirms was shown by its page, if it has one that says what would be booked. */
  const shownBy = async (page: string, path: string, where: string = "") => {
    const { html } = await opened.get(page);
    const parts = html.replaceAll(/<form method="get".*?<\/form>/gs, "").split("<form");
    const form = parts.find((part) => part.includes(`${path}"`) && part.includes(where)) ?? "";
    const { form_id: _id, form_token: _token, ...fields } = hiddenFields(`<form${form}`, path);
    return fields;
  };

  beforeAll(async () => {
    databaseUrl = await freshDatabaseUrl();
    running = await startTallyhook(databaseUrl);
    opened = await openConsole(running.tallyhook.services);
    await running.post(seed);
    await running.post(told("nobodys", { ...sale.data, id: "txn_nobodys", customer_id: null }));
    for (const id of ["parked", "dismissed"]) await running.post(told(id, null));
    // The same event with something else in it is a discrepancy.
    await running.post(JSON.stringify({ ...sale, data: { ...sale.data, custom_data: { other: "words" } } }));
    const refused = async (body: string) =>
      (
        await answered<{ statement_id: string }>(
          fetch(`${running.url}/v1/statements?provider=stripe&format=payout_reconciliation`, {
            method: "POST",
            headers: { authorization: `Bearer ${keys.finance}`, "content-type": "text/csv" },
            body,
          }),
        )
      ).body.statement_id;
    const [report, dismissedReport] = [await refused("one,two\n1,2\n"), await refused("three,four\n3,4\n")];
    const events = (await listed("events?outcome=parked")).map(({ id }) => encodeURIComponent(id));
    const [parked = "", dismissed = ""] = events;
    await running.write(`/v1/events/${dismissed}/dismiss`, { reason: "a test" });
    await running.write(`/v1/statements/${dismissedReport}/dismiss`, { reason: "the wrong file" });
    const wallet = await first("wallets");
    const granted = { kind: "promo", amount: "100", reason: "to be reversed" };
    const { body: grant } = await running.write(`/v1/wallets/${wallet}/grants`, granted, {
      idempotencyKey: "a grant",
    });
    const [discrepancy] = await listed("discrepancies?status=open");
    const dispute = discrepancy?.id ?? "none";
    const reverse = `/entries/${grant.entry_id}/reverse`;
    const owner = "/charges/chg_txn_nobodys~paddle/owner";
    const link = "/charges/chg_txn_abc123~paddle/link";
    const reason = "asked by mail";
    const byHand = async (what: string) => {
      const path = `/wallets/${wallet}/${what}`;
      const asked = { amount: "1.00", ...(what === "grant" ? { kind: "promo" } : {}) };
      const shown = await shownBy(`${path}?${new URLSearchParams(asked)}`, path);
      return { path, fields: { preview: "none", ...asked, ...shown, reason } };
    };
    const asOwner = { owner: "acme", new_owner: "yes" };
    const settle = "/discrepancies/resolve";
    const accepted = await shownBy(`/discrepancies/${dispute}`, settle, 'value="accepted"');
    forms = [
      { name: "event.retry", path: `/events/${parked}/retry`, fields: {} },
      { name: "event.dismiss", path: `/events/${parked}/dismiss`, fields: { reason } },
      { name: "event.undismiss", path: `/events/${dismissed}/undismiss`, fields: {} },
      { name: "statement.dismiss", path: `/statements/${report}/dismiss`, fields: { reason } },
      { name: "statement.undismiss", path: `/statements/${dismissedReport}/undismiss`, fields: {} },
      { name: "message.retry", path: `/outbox/${await first("outbox")}/retry`, fields: {} },
      { name: "discrepancy.note", path: `/discrepancies/${dispute}/note`, fields: { note: "look at it" } },
      {
        name: "discrepancy.assign",
        path: `/discrepancies/${dispute}/assignee`,
        fields: { assignee: "fiona" },
      },
      { name: "discrepancy.choose", path: "/discrepancies/choose", fields: { id: dispute } },
      { name: "discrepancy.resolve", path: settle, fields: { ...accepted, reason } },
      { name: "wallet.grant", ...(await byHand("grant")) },
      { name: "wallet.debit", ...(await byHand("debit")) },
      { name: "recovery.write_off", ...(await byHand("write-off")) },
      { name: "entry.reverse", path: reverse, fields: { ...(await shownBy(reverse, reverse)), reason } },
      {
        name: "charge.assign",
        path: owner,
        fields: { ...asOwner, ...(await shownBy(`${owner}?${new URLSearchParams(asOwner)}`, owner)), reason },
      },
      {
        name: "customer.link",
        path: link,
        fields: {
          ...asOwner,
          ...(await shownBy(`/charges/chg_txn_abc123~paddle/owner?${new URLSearchParams(asOwner)}`, link)),
          reason,
        },
      },
      { name: "audit.run", path: "/audit", fields: {} },
    ].map((form) => ({ ...form, fields: { ...tokenOf(form.name), ...form.fields } as never }));
  });
  afterAll(async () => {
    const { body } = await running.get("/v1/audit");
    await opened.close();
    await running.close();
    expect(body).toMatchObject({ ok: true });
  });

  const tokenOf = (name: string) =>
    Object.fromEntries(formFields(formKey, name).map((field) => [field.name, field.value]));

  /** All that a form could leave behind. */
  const books = async () => {
    const { read } = running.tallyhook.services.store;
    const tables = ["entries", "postings", "wallet_lines", "discrepancy_changes", "audits"] as const;
    const counts = tables.map(async (table) => {
      const { rows } = await sql<{ n: bigint }>`select count(*) as n from ${sql.table(table)}`.execute(read);
      return rows[0]?.n;
    });
    const done = await read
      .selectFrom("actions")
      .select("action")
      .where("action", "<>", "form.refuse")
      .execute();
    return [...(await Promise.all(counts)), done.length];
  };
  const hasSentence = ({ text, html }: Shown) =>
    /[a-z]{3,}.*\./.test(text) && /request is <code>req_/.test(html) && !/at file:|Error:|zod/i.test(text);

  test("is in this table", () => {
    expect(forms.map(({ name }) => name).sort()).toEqual(actions.map(({ name }) => name).sort());
  });

  test("is refused with a sentence if it is too large, has a field too many, or one that is too long", async () => {
    const before = await books();
    for (const [index, { name, path, fields }] of forms.entries())
      for (const [extra, status] of [
        [{ reason: "x".repeat(index === 0 ? 10 * 1024 * 1024 : 100_000) }, 413],
        [{ elsewhere: "1" }, 400],
        [
          Object.fromEntries(["reason", "note", "assignee", "id"].map((field) => [field, "x".repeat(600)])),
          400,
        ],
      ] as const) {
        const answer = await opened.post(path, { ...fields, ...extra });
        expect([name, status, answer.status, hasSentence(answer)]).toEqual([name, status, status, true]);
      }
    expect(await books()).toEqual(before);
  });

  test("is told to come again while the database is away, and has done nothing by half", async () => {
    const before = await books();
    const { giveBack } = await takeAway(databaseUrl);
    const sent = forms.map(
      async ({ name, path, fields }) => [name, await opened.post(path, fields)] as const,
    );
    const answers = await Promise.all(sent).finally(giveBack);
    // What only looks does so where the database can still be read, as SQLite's can: choosing, and that nothing is owed.
    for (const [name, answer] of answers)
      if (!(name in onlyLook) || answer.status !== onlyLook[name])
        expect([name, answer.status, answer.headers.get("retry-after"), hasSentence(answer)]).toEqual([
          name,
          503,
          expect.stringMatching(/^\d+$/),
          true,
        ]);
    expect(await books()).toEqual(before);
  });

  test("does what it says once, however often it is sent, and after somebody else has decided nothing more", async () => {
    for (const { name, path, fields } of forms) {
      if (name === "audit.run") continue;
      const one = await opened.post(path, fields);
      const after = await books();
      const again = await opened.post(path, fields);
      expect([name, again.status]).toEqual([name, one.status]);
      expect([name, one.status]).toEqual([name, onlyLook[name] ?? 303]);
      expect([name, await books()]).toEqual([name, after]);
      if (!("preview" in fields)) continue;
      const other = await opened.post(path, { ...fields, ...tokenOf(name) });
      expect([name, other.status]).toEqual([name, onlyLook[name] ?? 303]);
      expect([name, await books()]).toEqual([name, after]);
    }
  });
});
