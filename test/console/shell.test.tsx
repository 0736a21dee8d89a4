import fastCheck from "fast-check";
import { z } from "zod";
import { navigation } from "../../src/console/kit/navigation.ts";
import { action, download, MovedTo, NotFound, page, Refused } from "../../src/console/kit/page.ts";
import { ActionForm } from "../../src/console/kit/parts.tsx";
import { pages as allPages } from "../../src/console/pages.ts";
import { fromSeconds } from "../../src/domain/time.ts";
import { keepRefusal } from "../../src/services/people/sessions.ts";
import { UnknownPosition } from "../../src/store/engine/read/page.ts";
import { listActions } from "../../src/store/people/read/actions.ts";
import { type Running, seed, startTallyhook } from "../http/running.ts";
import { propertyRuns } from "../support/property-runs.ts";
import { hiddenFields, type OpenedConsole, openConsole } from "./opened.ts";

const hostile = `<script>alert("1")</script>"><img src=x onerror=alert(1)>\u202e`;
let done: string[] = [];

const thing = page({
  path: "/things/:id",
  periodBy: "posted",
  query: { colour: z.enum(["red"]).optional(), after: z.string().optional() },
  read: async ({ params, query }) => {
    if (params.id === "none") throw new NotFound("thing", "none");
    if (params.id === "moved") throw new MovedTo("/things/7");
    if (query.after === "gone") throw new UnknownPosition();
    return { id: params.id ?? "" };
  },
  title: ({ id }) => `Thing ${id}`,
  render: ({ id }, context) => (
    <>
      <h1>Thing {id}</h1>
      <p>
        {context.period.name}, {context.clock}, {context.zone}, {hostile}
      </p>
      <ActionForm context={context} path={`/things/${id}/paint`} action="paint">
        <button type="submit">Paint</button>
      </ActionForm>
    </>
  ),
});

const secretFile = download({
  path: "/things.csv",
  roles: [],
  query: {},
  read: async () => ({ name: "things.csv", mediaType: "text/csv", pieces: lines() }),
});

async function* lines() {
  yield "id\r\n7\r\n";
}

const paint = action({
  path: "/things/:id/paint",
  name: "paint",
  fields: { colour: z.enum(["red", "blue"]) },
  run: async ({ params, fields: { colour }, person, formId }) => {
    if (colour === "blue") throw new Refused("There is no blue left.");
    done.push(`${person.name} ${params.id} ${formId}`);
    return { to: `/things/${params.id}`, said: `Painted ${colour}.` };
  },
});

let running: Running;
let opened: OpenedConsole;
beforeAll(async () => {
  running = await startTallyhook("sqlite::memory:");
  await running.post(seed);
  const pages = [...allPages, thing];
  opened = await openConsole(running.tallyhook.services, {
    pages,
    downloads: [secretFile],
    actions: [paint],
  });
});
beforeEach(() => {
  done = [];
});
afterAll(async () => {
  await opened.close();
  await running.close();
});

const strict =
  "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

test.each([
  ["/", 200],
  ["/things/7", 200],
  ["/things/none", 404],
  ["/nothing", 404],
  ["/things/7?shape=round", 400],
  ["/things/%ff", 400],
  ["/things/%00", 400],
])("%s is %d, with headers that let nothing else in and nobody keep it", async (path, status) => {
  const { headers, ...shown } = await opened.get(path);
  expect(shown.status).toBe(status);
  expect(Object.fromEntries(headers)).toMatchObject({
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": strict,
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
  });
  expect(shown.html).toContain(headers.get("request-id"));
  expect(shown.html.match(/<h1>/g)).toHaveLength(1);
  expect(shown.html).not.toMatch(/style=|<style|javascript:|onload/);
});

test("what is not known is refused by name", async () => {
  expect((await opened.get("/things/7?shape=round")).text).toContain(
    "shape is not a parameter of this page.",
  );
  expect((await opened.get("/things/7?colour=blue")).text).toContain("colour “blue” cannot be read");
  expect((await opened.get("/things/7?colour=red&colour=red")).text).toContain(
    "colour is given more than once.",
  );
  expect((await opened.get("/?month=2026-10")).text).toContain("month is not a parameter of this page.");
  expect((await opened.get("/things/7?month=2026-13")).status).toBe(400);
  expect((await opened.get("/things/7?month=2026-10&from=2026-10-01")).text).toContain(
    "either month, or from",
  );
});

test("a page is of a period, by a clock, in a zone, and says of which", async () => {
  const { text, html } = await opened.get("/things/7?month=2026-10&zone=Europe/Berlin");
  expect(text).toContain("2026-10, posted, Europe/Berlin");
  expect(html).toContain("2026-10 · by when we booked it · Europe/Berlin");
  expect(html).toMatch(/as of <time dateTime="[^"]+">|as of <time datetime="[^"]+">/);
  expect(html).toMatch(/entry no\. [\d,]+/);
});

test("markup in what is shown is text", async () => {
  const { html } = await opened.get("/things/7");
  expect(html).toContain("&lt;script>");
  expect(html).not.toContain("<script>alert");
  expect(html).not.toContain("<img");
});

test("a place in a list that is gone is its first page, with a note", async () => {
  const { status, text } = await opened.get("/things/7?after=gone");
  expect(status).toBe(200);
  expect(text).toContain("this is the first page");
});

test("what moved is found where it is", async () => {
  const { status, headers } = await opened.get("/things/moved");
  expect([status, headers.get("location")]).toEqual([303, "/console/things/7"]);
});

test("whoever is signed out is sent to sign in, whatever is asked", async () => {
  for (const path of ["/", "/things/7", "/nothing", "/things/7?shape=round"])
    expect((await opened.get(path, null)).status).toBe(303);
  expect((await opened.post("/things/7/paint", { colour: "red" }, null)).status).toBe(303);
});

test("a file is for whom it is for", async () => {
  const file = await opened.get("/things.csv");
  expect([file.status, file.headers.get("content-type"), file.headers.get("content-disposition")]).toEqual([
    200,
    "text/csv; charset=utf-8",
    'attachment; filename="things.csv"',
  ]);
  const refused = await opened.get("/things.csv", "read");
  expect([refused.status, refused.text]).toEqual([403, expect.stringContaining("with the role read")]);
});

test("HEAD is GET without the page, and other methods say which there are", async () => {
  const headers = { "x-role": "read" };
  const head = await fetch(`${opened.url}/things/7`, { method: "HEAD", headers });
  expect([head.status, await head.text()]).toEqual([200, ""]);
  const put = await fetch(`${opened.url}/things/7`, { method: "PUT", headers });
  expect([put.status, put.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
  const got = await fetch(`${opened.url}/things/7/paint`, { headers });
  expect([got.status, got.headers.get("allow")]).toEqual([405, "POST"]);
});

describe("a form", () => {
  const fieldsOf = async () => hiddenFields((await opened.get("/things/7")).html, "/things/7/paint");

  test("does what it says, leads to a page, and that says so once", async () => {
    const sent = await opened.post("/things/7/paint", { ...(await fieldsOf()), colour: "red" });
    expect([sent.status, sent.headers.get("location")]).toEqual([303, "/console/things/7"]);
    expect(done).toHaveLength(1);
    const [cookie = ""] = (sent.headers.get("set-cookie") ?? "").split(";");
    const headers = { "x-role": "finance", cookie };
    const next = await fetch(`${opened.url}/things/7`, { headers });
    expect(next.headers.get("set-cookie")).toMatch(/^tallyhook-said=; .*Max-Age=0/);
    expect(await next.text()).toContain("Painted red.");
    const forged = { ...headers, cookie: `${cookie.slice(0, -1)}${cookie.endsWith("A") ? "E" : "A"}` };
    expect(await (await fetch(`${opened.url}/things/7`, { headers: forged })).text()).not.toContain(
      "Painted",
    );
  });

  test("is not there for the role read, and refused if it is sent", async () => {
    const { html } = await opened.get("/things/7", "read");
    expect(hiddenFields(html, "/things/7/paint")).toEqual({});
    const sent = await opened.post("/things/7/paint", { ...(await fieldsOf()), colour: "red" }, "read");
    expect([sent.status, sent.text]).toEqual([403, expect.stringContaining("with the role read")]);
    expect(done).toEqual([]);
  });

  test.each<[string, Record<string, string>, number]>([
    ["without a token", { form_token: "" }, 403],
    ["with a token of another action", { form_token: "A".repeat(43) }, 403],
    ["without an id", { form_id: "" }, 400],
    ["with a field that is not known", { size: "7" }, 400],
    ["with a value that is not known", { colour: "green" }, 400],
    ["for what cannot be done", { colour: "blue" }, 409],
  ])("%s does nothing", async (_, changes, status) => {
    const sent = await opened.post("/things/7/paint", { ...(await fieldsOf()), colour: "red", ...changes });
    expect([sent.status, done]).toEqual([status, []]);
    expect(sent.text).toContain("The request is req_");
  });

  test("from elsewhere does nothing", async () => {
    const body = new URLSearchParams({ ...(await fieldsOf()), colour: "red" });
    for (const site of ["cross-site", "same-site", "none", ""]) {
      const headers = { "x-role": "finance", "sec-fetch-site": site };
      const sent = await fetch(`${opened.url}/things/7/paint`, { method: "POST", body, headers });
      expect([sent.status, done]).toEqual([403, []]);
    }
  });

  test("that is refused is in the trail, with who sent it and why, and at most a thousand an hour are", async () => {
    const { services } = running.tallyhook;
    const fields = { ...(await fieldsOf()), colour: "red" };
    await opened.post("/things/7/paint", fields, "read");
    await opened.post("/things/7/paint", { ...fields, form_token: "" });
    const { rows } = await listActions(
      services.store.read,
      { action: "form.refuse" },
      { limit: 2, after: null },
    );
    expect(rows.map(({ kind, name, role, subject, reason }) => [kind, name, role, subject, reason])).toEqual([
      ["person", "financeer", "finance", "paint", expect.stringContaining("not made for this session")],
      ["person", "reader", "read", "paint", expect.stringContaining("the role read")],
    ]);
    const actor = {
      kind: "person",
      name: "x",
      role: null,
      requestId: null,
      address: null,
      formId: null,
    } as const;
    const deed = { action: "form.refuse", subject: null, reason: null, before: null, after: null } as const;
    const now = services.clock.now();
    for (let count = 0; count < 1_010; count++) await keepRefusal(services, actor, deed, now);
    const counted = () => services.store.read.selectFrom("actions").select("no").execute();
    expect(await counted()).toHaveLength(1_000);
    await keepRefusal(services, actor, deed, now + fromSeconds(3_700));
    expect(await counted()).toHaveLength(1_001);
  });

  test("of another type, too large or cut off does nothing", async () => {
    const headers = { "x-role": "finance", "sec-fetch-site": "same-origin" };
    const json = { ...headers, "content-type": "application/json" };
    const init = { method: "POST", headers: json, body: JSON.stringify({ colour: "red" }) };
    expect((await fetch(`${opened.url}/things/7/paint`, init)).status).toBe(415);
    const body = new URLSearchParams({ ...(await fieldsOf()), colour: "x".repeat(70_000) });
    expect((await fetch(`${opened.url}/things/7/paint`, { method: "POST", headers, body })).status).toBe(413);
    expect(done).toEqual([]);
  });
});

test("no query is an error of ours", async () => {
  const word = fastCheck.oneof(
    fastCheck.string({ unit: "binary", maxLength: 40 }),
    fastCheck.constantFrom(
      "month",
      "from",
      "to",
      "clock",
      "zone",
      "after",
      "colour",
      "2026-10",
      "0000-00",
      "effective",
    ),
  );
  await fastCheck.assert(
    fastCheck.asyncProperty(fastCheck.array(fastCheck.tuple(word, word), { maxLength: 5 }), async (pairs) => {
      const query = pairs.map(
        ([name, value]) =>
          `${encodeURIComponent(name.toWellFormed())}=${encodeURIComponent(value.toWellFormed())}`,
      );
      const { status } = await opened.get(`/things/7?${query.join("&")}`);
      expect([200, 400]).toContain(status);
    }),
    { numRuns: propertyRuns(50) },
  );
});

test("style, script and icon are kept for ever, small, and come from here", async () => {
  const { html } = await opened.get("/");
  const paths = [...html.matchAll(/(?:href|src)="([^"]*\/assets\/[^"]+)"/g)].map(([, path]) => path ?? "");
  expect(paths).toHaveLength(3);
  const sizes = await Promise.all(
    paths.map(async (path) => {
      const asset = await fetch(new URL(path, opened.url));
      expect([asset.status, asset.headers.get("cache-control")]).toEqual([
        200,
        "public, max-age=31536000, immutable",
      ]);
      return (await asset.arrayBuffer()).byteLength;
    }),
  );
  const [style = 0, , script = 0] = sizes;
  expect(style).toBeLessThanOrEqual(12 * 1024);
  expect(script).toBeLessThanOrEqual(2 * 1024);
});

test("mounted elsewhere, its links lead there", async () => {
  const elsewhere = await openConsole(running.tallyhook.services, {
    at: "/books/of/ours",
    publicPath: "/pay",
  });
  const { html } = await elsewhere.get("/");
  const links = [...html.matchAll(/(?:href|src|action)="(\/[^"]*)"/g)].map(([, path]) => path);
  expect(links.every((path) => path?.startsWith("/pay/books/of/ours/"))).toBe(true);
  await elsewhere.close();
});

test("without users there is nobody to let in, and the page says what to set", async () => {
  const answer = await fetch(`${running.url}/console`);
  expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "5"]);
  expect(await answer.text()).toContain("Set CONSOLE_USERS to name:role:password");
});

test("every main page that the navigation and the help name is there", () => {
  const paths = new Set(allPages.map(({ path }) => path));
  expect(navigation.filter(({ path }) => !paths.has(path))).toEqual([]);
});
