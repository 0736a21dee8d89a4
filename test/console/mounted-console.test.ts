import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import express from "express";
import { type Admitted, type Authenticate, ConfigurationError } from "../../src/index.ts";
import { createTallyhook, type Tallyhook } from "../../src/library.ts";
import { hiddenFields } from "./opened.ts";

let tallyhook: Tallyhook;
let server: Server | undefined;
const errors: object[] = [];
beforeEach(async () => {
  errors.splice(0);
  const logger = { info: () => {}, warn: () => {}, error: (fields: object) => errors.push(fields) };
  tallyhook = await createTallyhook({ databaseUrl: "sqlite::memory:", logger });
});
afterEach(async () => {
  server?.closeAllConnections();
  server?.close();
  await tallyhook.close();
});

/** As an app would have it: below a path of its own, behind its parsers. */
async function mountedWith(authenticate: Authenticate | undefined, signOutUrl?: string) {
  const app = express();
  app.use(express.urlencoded({ extended: false }));
  const options = { ...(authenticate && { authenticate }), ...(signOutUrl !== undefined && { signOutUrl }) };
  app.use("/back-office/finance", tallyhook.console(options));
  server = createServer(app).listen(0, "127.0.0.1");
  await once(server, "listening");
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/back-office/finance`;
  return async (path: string, init: RequestInit = {}) => {
    const response = await fetch(`${base}${path}`, { redirect: "manual", ...init });
    return { status: response.status, headers: response.headers, html: await response.text() };
  };
}

const ada: Admitted = { name: "ada", role: "finance" };

test("whom the app lets in sees the pages where they are mounted, with the app's way out", async () => {
  const get = await mountedWith(async () => ada, "/logout");
  const { status, html } = await get("/");
  expect([status, /ada/.test(html)]).toEqual([200, true]);
  expect(html).toContain('href="/logout"');
  expect(html).toContain('href="/back-office/finance/charges');
  expect(html).not.toContain('"/console/');
  expect((await get("/sign-in")).status).toBe(404);
});

test("whom it does not know goes where it says, or is told", async () => {
  const sent = await (await mountedWith(() => ({ signIn: "/login?next=finance" })))("/charges");
  expect([sent.status, sent.headers.get("location")]).toEqual([303, "/login?next=finance"]);
  server?.close();
  expect((await (await mountedWith(() => null))("/charges")).status).toBe(401);
});

test.each<[string, Authenticate, number]>([
  ["a role that is none", () => ({ name: "ada", role: "owner" as never }), 403],
  ["a role that has no pages", () => ({ name: "shop", role: "app" }), 403],
  ["no name", () => ({ name: "", role: "read" }), 403],
  [
    "a failure",
    () => {
      throw new Error("the app's database is away");
    },
    503,
  ],
])("%s lets nobody in, and the log says so", async (_, authenticate, status) => {
  const answered = await (await mountedWith(authenticate))("/");
  expect(answered.status).toBe(status);
  expect(answered.headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(errors).toHaveLength(1);
});

test("a write comes from a page of this origin, with what that page gave it, by a role that has forms", async () => {
  let who = ada;
  const get = await mountedWith(() => who);
  const post = (site: string) =>
    get("/outbox/1/retry", {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded", "sec-fetch-site": site },
      body: new URLSearchParams({ token: "of-nobody" }),
    });
  for (const site of ["cross-site", "same-site", "same-origin"]) expect((await post(site)).status).toBe(403);
  who = { name: "eve", role: "read" };
  expect((await post("same-origin")).status).toBe(403);
});

test("an option that is misspelt is refused, and what is meant is named", () => {
  expect(() => tallyhook.console({ signOutURL: "/x" } as never)).toThrow(ConfigurationError);
  expect(() => tallyhook.console({ signOutUrl: 5 } as never)).toThrow(/signOutUrl/);
});

test("where no browser says by itself who asks, a form may come from anywhere, and needs its own token all the same", async () => {
  const retry = (form: Record<string, string>) => ({
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "cross-site" },
    body: new URLSearchParams(form),
  });
  const get = await mountedWith(() => ({ ...ada, csrf: false }));
  const { html } = await get(
    "/events/none/retry",
    retry({ form_token: "of-nobody", form_id: "0".repeat(16) }),
  );
  // It was let in, and is refused for its token.
  expect(html).toContain("The form was not made for this session");
  expect(html).toContain("<h1>The form cannot be taken</h1>");
  expect(html).not.toContain("API key");
});

test("a form holds under any of the token secrets, on whatever machine it was made, and not once its secret is taken away", async () => {
  const [older, newer] = ["the older secret of this installation", "the newer secret of this installation"];
  const folder = mkdtempSync(join(tmpdir(), "tallyhook-mounted-"));
  /** Looks at a page, or sends its form, on a machine with these secrets; gives the form's token, or the status. */
  const on = async (
    tokenSecrets: string[],
    use: (get: Awaited<ReturnType<typeof mountedWith>>) => Promise<unknown>,
  ) => {
    await tallyhook.close();
    tallyhook = await createTallyhook({
      databaseUrl: `sqlite:${join(folder, "books.db")}`,
      tokenSecrets,
      logger: { info: () => {}, warn: () => {}, error: () => {} },
    });
    const result = await use(await mountedWith(() => ada));
    server?.closeAllConnections();
    server?.close();
    return result;
  };
  const form = await on([older], async (get) => hiddenFields((await get("/audit")).html, "/audit"));
  expect(Object.keys(form as object)).toContain("form_token");
  const send = async (get: Awaited<ReturnType<typeof mountedWith>>) =>
    (
      await get("/audit", {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin" },
        body: new URLSearchParams(form as Record<string, string>),
      })
    ).status;
  expect(await on([newer], send)).toBe(403);
  expect(await on([newer, older], send)).toBe(303);
  await tallyhook.close();
  rmSync(folder, { recursive: true });
});
