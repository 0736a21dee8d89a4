import fastCheck from "fast-check";
import { actions, downloads, pages } from "../../src/console/pages.ts";
import { type Running, seed, startTallyhook } from "../http/running.ts";
import { engines } from "../support/engines.ts";
import { propertyRuns } from "../support/property-runs.ts";
import { hiddenFields } from "./opened.ts";
import { Visitor } from "./visitor.ts";

const [finance, read] = ["of fiona's and long", "rolf reads with this"];
const users = `fiona:finance:${finance},rolf:read:${read}`;

/** Something of each kind that stands in a path. */
type Ids = Readonly<Record<string, string>>;

async function idsOf({ get }: Running): Promise<Ids> {
  const first = async (list: string) =>
    (await get<{ data: { id: string }[] }>(`/v1/${list}?limit=1`)).body.data[0]?.id ?? "none";
  const lists = ["charges", "movements", "wallets", "payouts", "discrepancies", "events", "outbox"];
  return Object.fromEntries(await Promise.all(lists.map(async (list) => [list, await first(list)] as const)));
}

/** The path with an id of what it is about in the place of `:id`, and the month that some files need. */
const asked = (
  { path, query = {} }: { readonly path: string; readonly query?: object },
  ids: Ids,
): string => {
  const [, list = ""] = path.split("/");
  const needed = "month" in query ? "?month=2026-01" : "wallet_id" in query ? windowed : "";
  return `${path.replace(/:\w+/g, encodeURIComponent(ids[list] ?? "none"))}${needed}`;
};

const windowed = "?from=2026-01-01&to=2026-02-01";
const readable = [...pages, ...downloads];
const isFor = (role: "read" | "finance", { roles = ["read"] }: { readonly roles?: readonly string[] }) =>
  role === "finance" || roles.includes(role);

describe.each(engines)("every page, file and form on $name", ({ name, freshDatabaseUrl }) => {
  let running: Running;
  let ids: Ids;
  let fiona: Visitor;
  let rolf: Visitor;
  beforeAll(async () => {
    running = await startTallyhook(await freshDatabaseUrl(), { CONSOLE_USERS: users });
    await running.post(seed);
    ids = await idsOf(running);
    const visit = () => new Visitor(`${running.url}/console`);
    [fiona, rolf] = [visit(), visit()];
    await fiona.signIn("fiona", finance);
    await rolf.signIn("rolf", read);
  });
  afterAll(() => running.close());

  const stranger = () => new Visitor(`${running.url}/console`);

  test("is shown to whom it is for, and to nobody who is signed out", async () => {
    for (const described of readable) {
      const path = asked(described, ids);
      const there = async (visitor: Visitor) => (await visitor.get(path)).status;
      const seen = [path, await there(stranger()), await there(rolf), await there(fiona)];
      const found = path.includes("none") ? 404 : 200;
      const status = isFor("read", described) ? found : 403;
      expect(seen).toEqual([path, 303, status, found]);
    }
  });

  test("says under a request's id what of an address it cannot read: markup, direction marks, a place of another list", async () => {
    for (const described of readable) {
      const path = described.path.replace(/:\w+/g, "none");
      const hostile = `${path}?${new URLSearchParams({ '<b onclick="x">\u202e': "1" })}`;
      const { status, html } = await fiona.get(hostile);
      expect([path, status, /request is <code>req_[\w-]+<\/code>/.test(html)]).toEqual([path, 400, true]);
      expect(html).not.toContain("<b onclick");
      if (!("after" in described.query)) continue;
      const foreign = await fiona.get(`${path}?after=of-another-list`);
      const isSaid = foreign.html.includes("this is the first page");
      expect([path, foreign.status, isSaid]).toEqual([
        path,
        foreign.status === 404 ? 404 : 200,
        foreign.status !== 404,
      ]);
    }
  });

  test("no query and no id is an error of ours", async () => {
    const names = [
      ...new Set(readable.flatMap(({ query }) => Object.keys(query))),
      "month",
      "from",
      "to",
      "clock",
      "zone",
    ];
    const values = [
      "",
      "2026-10",
      "2026-10-01",
      "posted",
      "USD",
      "true",
      "paddle",
      "0",
      "-1",
      "%",
      "'",
      "\u202e",
      "a".repeat(600),
    ];
    const name = fastCheck.constantFrom(...names);
    const value = fastCheck.oneof(
      fastCheck.constantFrom(...values),
      fastCheck.string({ unit: "binary", maxLength: 30 }),
    );
    const query = fastCheck.array(fastCheck.tuple(name, value), { maxLength: 3 });
    const page = fastCheck.constantFrom(...readable);
    await fastCheck.assert(
      fastCheck.asyncProperty(
        page,
        query,
        value,
        fastCheck.boolean(),
        async ({ path }, pairs, id, isKnown) => {
          const text = new URLSearchParams(pairs.map(([key, each]) => [key, each.toWellFormed()]));
          const place = isKnown
            ? asked({ path }, ids)
            : path.replace(/:\w+/g, encodeURIComponent(id.toWellFormed()));
          const { status } = await fiona.get(`${place}?${text}`);
          expect([200, 303, 400, 404]).toContain(status);
        },
      ),
      { numRuns: propertyRuns(50) },
    );
    expect(running.errors).not.toContain("A page failed.");
  });

  // Who may ask what, and how, is decided before anything is read.
  if (name === "postgres") return;
  test("takes no parameter that it does not know, whatever is asked of it", async () => {
    for (const described of readable) {
      const { status, html } = await fiona.get(`${described.path.replace(/:\w+/g, "none")}?no-such-thing=1`);
      expect([described.path, status]).toEqual([described.path, 400]);
      expect(html).toContain("no-such-thing is not a parameter of this page.");
    }
  });

  test("answers HEAD like GET, and no other method", async () => {
    for (const described of readable) {
      const path = asked(described, ids);
      const cookie = Object.entries(fiona.cookies)
        .map((pair) => pair.join("="))
        .join("; ");
      const ask = (method: string) => fetch(`${running.url}/console${path}`, { method, headers: { cookie } });
      const [head, put] = [await ask("HEAD"), await ask("PUT")];
      expect([path, head.status, await head.text()]).toEqual([path, path.includes("none") ? 404 : 200, ""]);
      expect([path, put.status, put.headers.get("allow")]).toEqual([
        path,
        405,
        expect.stringContaining("GET, HEAD"),
      ]);
    }
  });

  test("a form that is forged, of elsewhere, of another session or of the role read does nothing", async () => {
    const { store } = running.tallyhook.services;
    const deeds = async () =>
      (await store.read.selectFrom("actions").select("action").execute()).filter(
        ({ action }) => !["session.sign_in", "form.refuse", "event.read_body"].includes(action),
      );
    expect(actions.length).toBeGreaterThan(0);
    for (const { path: template, name } of actions) {
      const path = asked({ path: template }, ids);
      const [, list = ""] = template.split("/");
      const page = list in ids ? asked({ path: `/${list}/:id` }, ids) : `/${list}`;
      const own = hiddenFields((await fiona.get(page)).html, path);
      const token = { form_token: "A".repeat(43), form_id: crypto.randomUUID() };
      for (const [visitor, fields, headers, status] of [
        [stranger(), token, {}, 303],
        [fiona, {}, {}, 403],
        [fiona, token, {}, 403],
        [rolf, own, {}, 403],
        [rolf, token, {}, 403],
        [fiona, own, { "sec-fetch-site": "cross-site" }, 403],
        [fiona, own, { "sec-fetch-site": "", origin: "https://elsewhere.example" }, 403],
      ] as const)
        expect([name, (await visitor.post(path, fields, headers)).status]).toEqual([name, status]);
    }
    expect(await deeds()).toEqual([]);
  });
});
