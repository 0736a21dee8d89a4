import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import { readConfig } from "../../src/config.ts";
import { operationsOf } from "../../src/http/app.ts";
import { narrowed } from "../../src/http/kit/narrowing.ts";
import type { Admitted, Authenticate } from "../../src/index.ts";
import { createTallyhook, type Tallyhook } from "../../src/library.ts";
import { compose } from "../../src/tallyhook.ts";
import { answered } from "./running.ts";

let tallyhook: Tallyhook;
const errors: object[] = [];
const logger = { info: () => {}, warn: () => {}, error: (fields: object) => errors.push(fields) };
let server: Server | undefined;
const key = "of-an-app-that-spends";
beforeEach(async () => {
  errors.splice(0);
  const policy = { meters: [{ key: "calls", prices: { USD: "1" } }] };
  tallyhook = await createTallyhook({
    tokenSecrets: "a-secret-of-32-characters-or-more",
    databaseUrl: "sqlite::memory:",
    policy,
    logger,
    apiKeys: `shop:app:${key}`,
  });
});
afterEach(async () => {
  server?.closeAllConnections();
  server?.close();
  await tallyhook.close();
});

async function serve(listener: RequestListener): Promise<string> {
  const listening = createServer(listener);
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
}

/** As an app would have it: below a path of its own, and behind its parser. */
async function mountedWith(authenticate: Authenticate, { path = "/billing", parser = express.json() } = {}) {
  const app = express();
  app.use(parser);
  app.use(path, tallyhook.api({ authenticate }));
  app.use((_request, response) => {
    response.status(299).json({ passed: "on" });
  });
  return `${await serve(app)}${path}`;
}

const json = { "content-type": "application/json", "sec-fetch-site": "same-origin" };
const write = (url: string, body: object, headers: Record<string, string> = json) =>
  // biome-ignore lint/suspicious/noExplicitAny: an answer is looked into.
  answered<any>(fetch(url, { method: "POST", body: JSON.stringify(body), headers }));
// biome-ignore lint/suspicious/noExplicitAny: an answer is looked into.
const read = (url: string, headers: Record<string, string> = {}) => answered<any>(fetch(url, { headers }));

const finance: Admitted = { name: "ada", role: "finance" };

test("the API stands at any path, behind a parser or not, and leaves the rest to the app", async () => {
  for (const path of ["/billing", "/a/b/v1", "/"])
    for (const parser of [
      express.json(),
      express.raw({ type: "*/*" }),
      express.text({ type: "*/*" }),
      express.urlencoded(),
    ]) {
      const base = (await mountedWith(() => finance, { path, parser })).replace(/\/$/, "");
      const v1 = path.endsWith("/v1") ? base : `${base}/v1`;
      const opened = await write(`${v1}/wallets`, { owner: "acme", currency: "USD" });
      expect([path, opened.status, opened.body.owner]).toEqual([path, 200, "acme"]);
      expect((await read(`${v1}/wallets/${opened.body.id}`)).body.currency).toBe("USD");
      expect((await read(`${v1}/nothing`)).body.code).toBe("not_found");
      expect((await read(`${base}/other`)).status).toBe(path.endsWith("/v1") ? 404 : 299);
      server?.closeAllConnections();
      server?.close();
    }
  expect(errors).toEqual([]);
});

test("it is a server by itself, and API keys hold where nobody says who asks", async () => {
  const url = await serve(tallyhook.api());
  expect((await read(`${url}/v1/wallets`)).body.code).toBe("unauthenticated");
  expect((await read(`${url}/v1/wallets`, { authorization: `Bearer ${key}` })).body).toEqual({
    data: [],
    next_cursor: null,
    previous_cursor: null,
  });
  expect((await read(`${url}/openapi.json`)).body.openapi).toBe("3.1.0");
  expect((await read(`${url}/readyz`)).body.status).toBe("ready");
  expect((await read(`${url}/metrics`)).status).toBe(404);
  expect((await read(`${url}/other`)).body.code).toBe("not_found");
});

describe("who asks", () => {
  test.each([
    ["nobody", () => null, 401, "unauthenticated"],
    ["nothing", () => undefined, 401, "unauthenticated"],
    ["where to sign in", async () => ({ signIn: "/login" }), 401, "unauthenticated"],
    ["another role", () => ({ name: "ada", role: "admin" }), 403, "forbidden"],
    ["no role", () => ({ name: "ada" }), 403, "forbidden"],
    ["no name", () => ({ role: "finance" }), 403, "forbidden"],
    [
      "a role that no owner narrows",
      () => ({ name: "ada", role: "finance", owner: "acme" }),
      403,
      "forbidden",
    ],
    ["a blank owner", () => ({ name: "ada", role: "app", owner: "" }), 403, "forbidden"],
  ])("%s is answered so", async (_, authenticate, status, code) => {
    const url = await mountedWith(authenticate as never);
    const answer = await read(`${url}/v1/charges`);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  test("cannot be said: 503, and logged", async () => {
    const url = await mountedWith(async () => {
      throw new Error("the session store is down");
    });
    const answer = await read(`${url}/v1/charges`);
    expect([answer.status, answer.body.code]).toEqual([503, "authentication_unavailable"]);
    expect(answer.headers.get("retry-after")).toMatch(/^\d+$/);
    expect(JSON.stringify(answer.body)).not.toContain("session store");
    expect(errors).toMatchObject([{ error: "Error: the session store is down" }]);
  });

  test("is asked of the request itself, and what the app keeps in locals lets nobody in", async () => {
    const app = express();
    app.use((_request, response, next) => {
      response.locals.apiKey = { name: "root", role: "finance" };
      next();
    });
    const authenticate = (request: IncomingMessage) => (request.headers["x-user"] === "ada" ? finance : null);
    app.use(tallyhook.api({ authenticate }));
    const url = await serve(app);
    expect((await read(`${url}/v1/charges`)).status).toBe(401);
    expect((await read(`${url}/v1/charges`, { "x-user": "ada" })).status).toBe(200);
  });
});

describe("a write", () => {
  const body = { owner: "acme", currency: "USD" };
  const type = { "content-type": "application/json" };
  test.each<[string, Record<string, string>, number, string | undefined]>([
    ["of the same origin", { ...type, "sec-fetch-site": "same-origin" }, 200, undefined],
    ["that a person typed", { ...type, "sec-fetch-site": "none" }, 200, undefined],
    ["of a page of the same host", { ...type, origin: "HOST" }, 200, undefined],
    ["of another site", { ...type, "sec-fetch-site": "cross-site", origin: "HOST" }, 403, "cross_site"],
    ["of a sibling", { ...type, "sec-fetch-site": "same-site" }, 403, "cross_site"],
    ["of another origin", { ...type, origin: "https://evil.example" }, 403, "cross_site"],
    ["of no origin", { ...type, origin: "null" }, 403, "cross_site"],
    ["of a program", type, 403, "cross_site"],
    [
      "that is a form",
      { "sec-fetch-site": "same-origin", "content-type": "application/x-www-form-urlencoded" },
      415,
      "media_type_unsupported",
    ],
    [
      "that is text",
      { "sec-fetch-site": "same-origin", "content-type": "text/plain" },
      415,
      "media_type_unsupported",
    ],
  ])("%s is answered so", async (_, headers, status, code) => {
    const url = await mountedWith(() => finance, { parser: express.urlencoded() });
    const sent = { ...headers, ...(headers.origin === "HOST" ? { origin: new URL(url).origin } : {}) };
    const answer = await write(`${url}/v1/wallets`, body, sent);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect((await tallyhook.owner("acme").wallets()).data).toHaveLength(status === 200 ? 1 : 0);
  });

  test("may come from anywhere where nothing lets in by itself", async () => {
    const url = await mountedWith(() => ({ ...finance, csrf: false }));
    expect((await write(`${url}/v1/wallets`, body, type)).status).toBe(200);
    expect(
      (await write(`${url}/v1/wallets`, body, { ...type, origin: "https://other.example" })).status,
    ).toBe(200);
  });

  test("without a body is 415 too", async () => {
    const url = await mountedWith(() => finance);
    const headers = { "sec-fetch-site": "same-origin" };
    const answer = await answered<{ code: string }>(
      fetch(`${url}/v1/holds/x/release`, { method: "POST", headers }),
    );
    expect([answer.status, answer.body.code]).toEqual([415, "media_type_unsupported"]);
  });

  test("with a key of one caller never meets another's, nor another owner's", async () => {
    const url = await mountedWith((request) => {
      const [name = "", owner] = String(request.headers["x-user"]).split("@");
      return owner === undefined ? { name, role: "app" } : { name, role: "app", owner };
    });
    const placed = (user: string, owner: string) =>
      write(
        `${url}/v1/wallets`,
        { owner, currency: "USD" },
        { ...json, "x-user": user, "idempotency-key": "k" },
      );
    const ids = [
      (await placed("web@a", "a")).body.id,
      (await placed("web@b", "b")).body.id,
      (await placed("web", "c")).body.id,
    ];
    expect(new Set(ids).size).toBe(3);
    expect((await placed("web@a", "a")).body.id).toBe(ids[0]);
  });
});

describe("who is narrowed to an owner", () => {
  const ids: Record<string, { wallet: string; hold: string; usage: string }> = {};
  beforeEach(async () => {
    for (const owner of ["mine", "other"]) {
      const wallet = tallyhook.wallet({ owner, currency: "USD" });
      await wallet.grant({ amount: 100n, kind: "promo", reason: "x" });
      const hold = await wallet.hold({ amount: 1n, expiresIn: 60 });
      await tallyhook.owner(owner).setLimit({ id: owner, currency: "USD", amount: 900n, period: "total" });
      await wallet.use({ id: `usage_${owner}`, meter: "calls", quantity: 1 });
      ids[owner] = { wallet: wallet.id, hold: "id" in hold ? hold.id : "", usage: `usage_${owner}` };
    }
  });
  const narrow = () => mountedWith(() => ({ name: "web", role: "app", owner: "mine" }));

  test("has each route that the role app may use, or it says whose it is", async () => {
    const composed = await compose(readConfig({ DATABASE_URL: "sqlite::memory:" }), { logger });
    const routes = operationsOf(composed.services)
      .filter(({ roles }) => roles.includes("app"))
      .map(({ method, path }) => `${method} ${path}`);
    expect(Object.keys(narrowed).sort()).toEqual(routes.sort());
    await composed.close();
  });

  test("finds what is theirs, and nothing of another's", async () => {
    const url = await narrow();
    for (const [owner, status] of [
      ["mine", 200],
      ["other", 404],
    ] as const) {
      const { wallet, hold, usage } = ids[owner] ?? { wallet: "", hold: "", usage: "" };
      const paths = [
        `wallets/${wallet}`,
        `wallets/${wallet}/entries`,
        `wallets/${wallet}/lots`,
        `wallets/${wallet}/holds`,
        `wallets?owner=${owner}`,
        `owners/${owner}`,
        `holds/${hold}`,
        `limits/${owner}`,
        `limits?owner=${owner}`,
        `reports/usage?owner=${owner}`,
        `reports/usage?wallet_id=${wallet}`,
        `usage/${usage}`,
        `enough-balance?owner=${owner}&meter=calls`,
        `enough-balance?wallet_id=${wallet}&meter=calls`,
      ];
      for (const path of paths)
        expect([path, (await read(`${url}/v1/${path}`)).status]).toEqual([path, status]);
      const asked = { meter: "calls", quantity: 1 };
      const writes: [string, object][] = [
        ["wallets", { owner, currency: "USD" }],
        [`owners/${owner}/tokens`, { expires_in: 60 }],
        ["quotes", { owner, ...asked }],
        ["quotes", { wallet_id: wallet, amount: "1" }],
        ["usage", { events: [{ id: `u1_${owner}`, owner, ...asked }] }],
        [
          "usage",
          {
            events: [
              { id: `u2_${owner}`, owner: "mine", ...asked },
              { id: `u3_${owner}`, wallet_id: wallet, ...asked },
            ],
          },
        ],
        ["holds", { owner, ...asked, expires_in: 60 }],
        [`holds/${hold}/extend`, { expires_in: 90 }],
        [`holds/${hold}/settle`, { amount: "1" }],
        [`usage/${usage}/reverse`, { reason: "x" }],
      ];
      for (const [path, body] of writes) {
        const answer = await write(`${url}/v1/${path}`, body);
        expect([path, answer.status === 201 ? 200 : answer.status]).toEqual([path, status]);
      }
    }
    expect(await tallyhook.wallet({ owner: "other", currency: "USD" }).balance()).toMatchObject({
      balance: 99n,
      held: 1n,
    });
    expect((await read(`${url}/v1/wallets`)).body.data.map(({ owner }: { owner: string }) => owner)).toEqual([
      "mine",
    ]);
    expect((await read(`${url}/v1/wallets?currency=EUR`)).body.data).toEqual([]);
    expect((await read(`${url}/v1/charges`)).status).toBe(403);
    expect((await read(`${url}/v1/audit`)).status).toBe(403);
  });
});

test.each([
  [{ authenticate: "yes" }, "authenticate: must be a function"],
  [{ authenticat: () => null }, "authenticat: is not known; known are authenticate"],
])("api(%j) is refused before anything is served", (options, says) => {
  expect(() => tallyhook.api(options as never)).toThrow(says);
});
