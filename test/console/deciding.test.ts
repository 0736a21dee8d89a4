import { audit } from "../../src/services/audit/audit.ts";
import { paidRows } from "../../src/simulator/breaks/candidates.ts";
import { keys, type Running } from "../http/running.ts";
import {
  dearer,
  found,
  heardBooks,
  history,
  type Providers,
  reconcile,
  serveProviders,
  startAgainst,
  world,
} from "../services/reconciling/held-against.ts";
import { engines } from "../support/engines.ts";
import { mistakesIn } from "./html.ts";
import { hiddenFields, type OpenedConsole, openConsole, type Shown } from "./opened.ts";

const settlePath = "/discrepancies/resolve";

/** Fields of the form of one choice: the page has one for each. */
function formOf(html: string, resolution: string): Record<string, string> {
  const forms = html
    .split("<form")
    .filter((form) => form.includes(`name="resolution" value="${resolution}"`));
  return hiddenFields(`<form${forms[0] ?? ""}`, settlePath);
}

/** What is said once on the next page. */
function saidBy({ headers }: Shown): string {
  const [, text = ""] = /tallyhook-said=([\w-]+)\./.exec(headers.get("set-cookie") ?? "") ?? [];
  return Buffer.from(text, "base64url").toString("utf8");
}

const pathOf = ({ headers }: Shown) => (headers.get("location") ?? "").replace("/console", "");

describe.each(engines)("discrepancies, decided on from pages, on $name", (engine) => {
  let providers: Providers;
  let server: Running;
  let opened: OpenedConsole;
  /** Open ones of one kind, each of 7 minor units. */
  let ids: string[];
  beforeAll(async () => {
    providers = await serveProviders();
    server = await startAgainst(
      providers,
      await heardBooks(engine),
      {},
      {
        reconcileLookEveryMilliseconds: 1_000_000,
      },
    );
    const rows = paidRows(world).slice(0, 5);
    providers.states(...rows.map(({ row }) => dearer(row.id, 7)));
    await reconcile(server, "settlement");
    ids = (await found(server)).map(({ id }) => id);
    opened = await openConsole(server.tallyhook.services);
    expect(ids).toHaveLength(4);
  });
  afterAll(async () => {
    const { problems } = await audit(server.tallyhook.services);
    await opened.close();
    await server.close();
    await providers.close();
    expect(problems).toEqual([]);
  });

  const at = (index: number): string => ids[index] as string;
  const entriesOf = async (id: string) =>
    (await history(server, id)).flatMap(({ entry_id }) => entry_id ?? []);
  const actionsOf = async (id: string) => {
    const { body } = await server.get<{ data: { action: string; name: string; reason: string | null }[] }>(
      `/v1/actions?subject=${id}`,
    );
    return body.data.map(({ action, name, reason }) => [action, name, reason]);
  };
  const send = async (fields: Record<string, string>) => {
    const answer = await opened.post(settlePath, fields);
    return { answer, page: await opened.get(pathOf(answer)) };
  };

  test("the page has both sides, and what each choice would post", async () => {
    const { html, text } = await opened.get(`/discrepancies/${at(0)}`);
    expect(mistakesIn(html)).toEqual([]);
    expect(text).toContain("Stripe states We hold");
    for (const said of [
      "The provider was wrong Nothing is posted",
      "Write it off The difference goes to expenses:differences, whichever way it points.",
      "assets:provider:stripe:default:balance holds less by 0.07 USD.",
      "expenses:differences is a cost that rises by 0.07 USD.",
      "assets:provider:stripe:default:balance",
      "Say which account bears it.",
    ])
      expect(text).toContain(said);
    // What it corrects happened in a month that is past: finance is warned before that month's figures change.
    expect(text).toMatch(
      /It is dated into \d{4}-\d\d, a month that is past: by when it happened the figures of that month change/,
    );
    const posted = await opened.get(
      `/discrepancies/${at(0)}?account=expenses:fees:stripe:default&amount=0.03`,
    );
    expect(posted.text).toMatch(/expenses:fees:stripe:default 0\.03 USD/);
    expect((await opened.get(`/discrepancies/${at(0)}?amount=1,5`)).text).toContain("with a point");
    // A name that nobody has used is a slip of the keyboard, unless it is said that it is not.
    const slip = `/discrepancies/${at(0)}?account=expenses:fees:strpe:default`;
    expect((await opened.get(slip)).text).toContain(
      "Nothing was ever posted to an account expenses:fees:strpe:default.",
    );
    const meant = await opened.get(`${slip}&is_new=true`);
    expect(meant.text).toMatch(/expenses:fees:strpe:default is a cost that rises by 0\.07 USD/);
    const { is_new: _, ...unsaid } = formOf(meant.html, "posted");
    const refused = await opened.post(settlePath, { ...unsaid, reason: "a slip" });
    expect([refused.status, refused.text]).toEqual([400, expect.stringContaining("tick that it is new")]);
    const reader = await opened.get(`/discrepancies/${at(0)}`, "read");
    expect(reader.text).toContain("To settle it is for the role finance.");
    expect(reader.html).not.toContain('method="post"');
  });

  test("it leads to the comparison that showed it, whose rows lead back, and whose sums are those of the API", async () => {
    const [, path = ""] =
      /href="\/console(\/reconciliations\/rec_[^"]*)"/.exec(
        (await opened.get(`/discrepancies/${at(0)}`)).html,
      ) ?? [];
    const { html, text } = await opened.get(path);
    expect(mistakesIn(html)).toEqual([]);
    expect(text).toMatch(/^Stripe: settlement ✕ rows differ/);
    for (const id of ids) expect(html).toContain(`/discrepancies/${id}"`);
    expect(html.match(/class="id" href="\/console\/(?:charges|movements)\//g)).toHaveLength(4);
    const { body } = await server.get<{
      counts: Record<string, number>;
      totals: { provider_says: string; difference: string; unexplained: string }[];
    }>(`/v1${path}`);
    expect(text).toContain(`differs (${body.counts.differs})`);
    for (const { difference, unexplained } of body.totals)
      for (const minor of [difference, unexplained]) expect(html).toContain(`<data value="${minor}"`);
    const same = await opened.get(`${path}?class=matched`);
    expect(mistakesIn(same.html)).toEqual([]);
    expect(same.html).not.toContain("/discrepancies/dis_");
    const other = await opened.get(`${path}?class=duplicate`);
    expect(other.text).toContain("No row is of the kind “stated twice”.");
    const found = await opened.get(`/search?q=${path.split("/").at(-1)}`);
    expect(found.headers.get("location")).toBe(`/console${path}`);
    const list = await opened.get("/reconciliations?level=settlement");
    expect(mistakesIn(list.html)).toEqual([]);
    expect(list.html).toContain(`${path}"`);
    expect((await opened.get("/reconciliations?status=incomplete")).text).toContain(
      "No comparison is like this.",
    );
    expect((await opened.get("/reconciliations/rec_none")).status).toBe(404);
  });

  test("what was settled has a posting and a line of the trail that bear the person's name", async () => {
    const { html } = await opened.get(`/discrepancies/${at(0)}`);
    const form = { ...formOf(html, "written_off"), reason: "a cent of theirs" };
    const { answer, page } = await send(form);
    expect([answer.status, pathOf(answer)]).toEqual([303, `/discrepancies/${at(0)}`]);
    expect(page.text).toContain("written off");
    for (const text of [page.text, html]) expect(text).toContain("no person takes it back");
    const [entry] = await entriesOf(at(0));
    const { body } = await server.get<{ reason: string }>(`/v1/entries/${entry}`);
    expect(body.reason).toBe("a cent of theirs (financeer)");
    // The charge's own figures stay as they were heard: it says that there is something beside them.
    const [, charge = ""] = /href="\/console(\/charges\/[^"?]+)"/.exec(page.html) ?? [];
    const sold = await opened.get(charge);
    expect(mistakesIn(sold.html)).toEqual([]);
    expect(sold.text).toContain("What was booked besides for its discrepancies is in none of them");
    expect(sold.html).toMatch(new RegExp(`id="books".*/entries/${entry}"`, "s"));
    expect(await actionsOf(at(0))).toEqual([["discrepancy.resolve", "financeer", "a cent of theirs"]]);
    // The same form again is the same answer, and no second entry.
    expect((await opened.post(settlePath, form)).status).toBe(303);
    expect(await entriesOf(at(0))).toHaveLength(1);
  });

  test("two persons who decide the same: the second is told by whom, and nothing is posted by half", async () => {
    const [one, other] = await Promise.all([1, 2].map(() => opened.get(`/discrepancies/${at(1)}`)));
    const forms = [one, other].map((page) => ({
      ...formOf(page?.html ?? "", "written_off"),
      reason: "mine",
    }));
    const answers = await Promise.all(forms.map((form) => opened.post(settlePath, form)));
    expect(answers.map(({ status }) => status)).toEqual([303, 303]);
    expect(await entriesOf(at(1))).toHaveLength(1);
    const later = await opened.post(settlePath, { ...forms[1], form_id: crypto.randomUUID() } as never);
    const [entry] = await entriesOf(at(1));
    expect(saidBy(later)).toMatch(
      new RegExp(
        `^Nothing was posted\\. financeer settled it already, .* UTC: written off, with entry ${entry}\\.$`,
      ),
    );
    for (const path of [`/discrepancies/${at(1)}`, `${settlePath}?ids=${at(1)}&resolution=written_off`]) {
      const shown = await opened.get(path);
      expect(shown.text).toMatch(/financeer settled it, .* UTC : written off, mine , with entry/);
      expect(shown.html).toContain(`/entries/${entry}"`);
      expect(shown.html).not.toContain('name="reason"');
    }
    const [, charge = ""] =
      /\/charges\/(chg_[^"]+)"/.exec((await opened.get(`/discrepancies/${at(1)}`)).html) ?? [];
    const about = await opened.get(`/charges/${charge}`);
    expect(mistakesIn(about.html)).toEqual([]);
    expect(about.html).toContain(`/discrepancies/${at(1)}"`);
    expect(about.text).toMatch(/booked for a discrepancy/);
    expect(about.text).toContain("expenses:differences");
    expect(await actionsOf(at(1))).toHaveLength(1);
  });

  test("a preview that has gone stale is refused: the sides have moved", async () => {
    const { html } = await opened.get(`/discrepancies/${at(2)}`);
    const rows = paidRows(world).slice(0, 5);
    providers.states(...rows.map(({ row }) => dearer(row.id, 9)));
    await reconcile(server, "settlement");
    const { answer: refused, page } = await send({ ...formOf(html, "written_off"), reason: "seven cents" });
    expect(saidBy(refused)).toMatch(
      /^Nothing was posted: the books have moved since\..*expenses:differences 0\.07 USD/,
    );
    expect(page.text).toContain("expenses:differences 0.09 USD");
    expect(await entriesOf(at(2))).toEqual([]);
    expect(await actionsOf(at(2))).toEqual([]);
    const preview = { resolution: "written_off", reason: "x", preview: formOf(html, "written_off").preview };
    const answer = await server.write(`/v1/discrepancies/${at(2)}/resolve`, preview);
    expect([answer.status, answer.body.code]).toEqual([409, "preview_stale"]);
    const shown = await server.get<{ preview: string; postings: object[] }>(
      `/v1/discrepancies/${at(2)}/preview?resolution=written_off`,
    );
    expect(shown.body.postings).toContainEqual({
      account: "expenses:differences",
      currency: "USD",
      amount: "9",
    });
  });

  test("up to fifty are settled by one word, each with its own entry, or none of them", async () => {
    const list = await opened.get("/discrepancies");
    expect(mistakesIn(list.html)).toEqual([]);
    const token = hiddenFields(list.html, "/discrepancies/choose");
    const body = new URLSearchParams(token);
    for (const id of [at(2), at(3)]) body.append("id", id);
    const chosen = await fetch(`${opened.url}/discrepancies/choose`, {
      method: "POST",
      body,
      headers: { "sec-fetch-site": "same-origin", "x-role": "finance" },
      redirect: "manual",
    });
    expect(chosen.headers.get("location")).toBe(`/console${settlePath}?ids=${at(2)},${at(3)}`);
    const path = `${settlePath}?ids=${at(2)},${at(3)}&resolution=written_off`;
    const stale = formOf((await opened.get(path)).html, "written_off");
    const fresh = formOf((await opened.get(path)).html, "written_off");
    await server.write(`/v1/discrepancies/${at(3)}/notes`, { note: "asked them" });
    await opened.post(`/discrepancies/${at(3)}/assignee`, {
      ...hiddenFields((await opened.get(`/discrepancies/${at(3)}`)).html, "/assignee"),
      assignee: "financeer",
    });
    expect((await opened.get("/discrepancies?assignee=mine")).html).toContain(at(3));
    expect((await opened.get("/discrepancies?assignee=nobody")).html).not.toContain(`/${at(3)}"`);
    // Notes and who looks into it settle nothing: what was shown still holds.
    const { answer } = await send({ ...fresh, reason: "small" });
    expect(saidBy(answer)).toContain("All 2 are settled. Posted as ");
    for (const id of [at(2), at(3)]) {
      expect(await entriesOf(id)).toHaveLength(1);
      expect((await actionsOf(id))[0]).toEqual(["discrepancy.resolve", "financeer", "small"]);
    }
    expect(
      (await history(server, at(3))).map(({ action, by, reason }) => [action, by, reason]),
    ).toContainEqual(["noted", "finance-key", "asked them"]);
    const again = await send({ ...stale, reason: "small" });
    expect(saidBy(again.answer)).toMatch(
      /^Nothing was posted\. financeer settled it already, .*: written off, /,
    );
    for (const id of [at(2), at(3)]) expect(await entriesOf(id)).toHaveLength(1);
  });

  test("what people decided is a file", async () => {
    const answer = await fetch(`${server.url}/v1/exports/resolutions.csv?units=major`, {
      headers: { authorization: `Bearer ${keys.read}` },
    });
    const [head = "", ...lines] = (await answer.text()).trim().split("\n");
    expect(head).toContain(
      "discrepancy_id,kind,provider,account,resolution,by,reason,at,entry_id,currency,amount,standing",
    );
    expect(lines).toHaveLength(4);
    expect(
      lines.filter((line) => line.includes(",a cent of theirs,") && line.includes("USD,-0.07,no")),
    ).toHaveLength(1);
    expect(lines.filter((line) => line.includes(",small,") && line.includes("USD,-0.09,yes"))).toHaveLength(
      2,
    );
  });

  test("what was not ticked, or is not alike, is a sentence", async () => {
    const token = hiddenFields((await opened.get("/discrepancies?status=all")).html, "/discrepancies/choose");
    const choose = (id: string) => opened.post("/discrepancies/choose", { ...token, id });
    expect((await opened.post("/discrepancies/choose", token)).text).toContain("None was ticked.");
    expect((await choose("dsc_none")).text).toContain("One that was ticked is not there.");
    expect((await choose(at(3))).text).toContain("One that was ticked is not open any more.");
  });
});
