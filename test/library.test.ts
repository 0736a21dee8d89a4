import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { TallyhookOptions } from "../src/library/options.ts";
import type { PlacedHold, SpendingWallet } from "../src/library/wallet.ts";
import { createTallyhook, type Tallyhook } from "../src/library.ts";
import { paddle, sign } from "../src/testing/index.ts";
import { answered, secret, seed, signed } from "./http/running.ts";
import { engines } from "./support/engines.ts";
import { projectRoot } from "./support/project-root.ts";
import { Receiver } from "./support/receiver.ts";
import { until } from "./support/until.ts";

/** The seed tops up 499 of this owner's. */
const customer = { owner: "paddle:ctm_abc123", currency: "USD" };
const meters = [{ key: "tokens", prices: { USD: "0.0381" } }];

const open: Tallyhook[] = [];
afterEach(async () => {
  for (const tallyhook of open.splice(0)) await tallyhook.close();
});

async function library(databaseUrl: string, options: Partial<TallyhookOptions> = {}): Promise<Tallyhook> {
  const paddle = { webhookSecrets: secret };
  const tallyhook = await createTallyhook({ databaseUrl, paddle, policy: { meters }, ...options });
  open.push(tallyhook);
  return tallyhook;
}

/** Posts the seed transaction to the library's handler, as it would arrive in an app. */
async function topUp(tallyhook: Tallyhook): Promise<void> {
  const { createServer } = await import("node:http");
  const server = createServer(tallyhook.webhooks);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const url = `http://127.0.0.1:${port}/paddle`;
  const answer = await answered<{ outcome: string }>(
    fetch(url, { method: "POST", body: seed, headers: signed(seed) }),
  );
  expect(answer.body.outcome).toBe("applied");
  server.closeAllConnections();
  server.close();
}

async function held(wallet: SpendingWallet, quantity: number): Promise<PlacedHold> {
  const hold = await wallet.hold({ meter: "tokens", quantity, expiresIn: 60 });
  if (hold.kind !== "held") throw new Error(hold.kind);
  return hold;
}

describe.each(engines)("a wallet in an app on $name", ({ freshDatabaseUrl }) => {
  test("is asked, used and held from, as the contract shows", async () => {
    const tallyhook = await library(await freshDatabaseUrl());
    await topUp(tallyhook);
    const wallet = tallyhook.wallet(customer);
    expect(await wallet.enoughBalance({ meter: "tokens", quantity: 1200 })).toEqual({
      enough: true,
      available: 499n,
      cost: 46n,
      shortfall: 0n,
      limited: 0n,
      limitId: null,
      limitLeft: null,
      seq: 1,
    });
    expect(await wallet.enoughBalance("tokens")).toMatchObject({ enough: true, cost: 1n });
    expect(await wallet.enoughBalance({ meter: "tokens" })).toEqual(await wallet.enoughBalance("tokens"));
    const used = { id: "req_1", meter: "tokens", quantity: 1187 };
    const paid = { requested: 45n, covered: 45n, uncovered: 0n, limited: 0n, limitId: null, balance: 454n };
    expect(await wallet.use(used)).toEqual(paid);
    expect(await wallet.use(used)).toEqual(paid);
    await expect(wallet.use({ ...used, quantity: 1 })).rejects.toMatchObject({
      code: "id_used_for_other_content",
    });

    const hold = await held(wallet, 4000);
    expect(hold.amount).toBe(153n);
    expect((await wallet.enoughBalance({ amount: 302n })).shortfall).toBe(1n);
    expect((await hold.extend({ expiresIn: 600 })).getTime()).toBeGreaterThan(hold.expiresAt.getTime());
    const settled = await hold.settle({ quantity: 1000 });
    expect(settled).toMatchObject({ covered: 38n, balance: 416n });
    expect(await hold.settle({ quantity: 1000 })).toEqual(settled);
    await expect(hold.release()).rejects.toMatchObject({ code: "hold_closed" });

    const other = await held(wallet, 4000);
    await other.release();
    await other.release();
    expect(await wallet.hold({ amount: 417n, expiresIn: 1 })).toEqual({
      kind: "insufficient_balance",
      available: 416n,
      shortfall: 1n,
    });
  });

  test("of an owner who never paid has nothing, and says so", async () => {
    const wallet = (await library(await freshDatabaseUrl())).wallet({ owner: "nobody", currency: "USD" });
    const wanted = { meter: "tokens", quantity: 1 };
    expect(await wallet.enoughBalance(wanted)).toMatchObject({ enough: false, available: 0n, shortfall: 1n });
    expect(await wallet.use({ id: "req_1", meter: "tokens", quantity: 1000 })).toMatchObject({
      uncovered: 38n,
    });
  });

  test("refuses what cannot be priced, instead of answering yes or no", async () => {
    const wallet = (await library(await freshDatabaseUrl())).wallet(customer);
    const wrong = [
      [{ meter: "unheard_of", quantity: 1 }, "unknown_meter"],
      [{ meter: "tokens", quantity: -1 }, "quantity_invalid"],
      [{ meter: "tokens", quantity: Number.NaN }, "quantity_invalid"],
      [{ meter: "tokens", quantity: "5 kg" }, "quantity_invalid"],
    ] as const;
    for (const [wanted, code] of wrong) {
      await expect(wallet.enoughBalance(wanted)).rejects.toMatchObject({ code });
      await expect(wallet.use({ id: "req_1", ...wanted })).rejects.toMatchObject({ code });
      await expect(wallet.hold({ ...wanted, expiresIn: 60 })).rejects.toMatchObject({ code });
    }
    const zero = wallet.hold({ amount: 1n, expiresIn: 0 });
    await expect(zero).rejects.toMatchObject({ code: "expires_in_invalid" });
  });
});

test("the library delivers the outbox by itself", async () => {
  const receiver = await Receiver.start();
  const outbox = {
    url: receiver.url,
    secret: `whsec_${Buffer.alloc(24, 1).toString("base64")}`,
    allowPrivate: true,
  };
  const [sqlite] = engines;
  const tallyhook = await library((await sqlite?.freshDatabaseUrl()) ?? "", { outbox });
  await topUp(tallyhook);
  await until(() => receiver.arrived.length >= 3);
  expect(receiver.arrived.map(({ type }) => type)).toContain("wallet.balance_changed");
  await open.pop()?.close();
  await receiver.close();
});

describe("the example of an Express app", () => {
  let example: ChildProcess;
  let url: string;
  beforeAll(async () => {
    const [sqlite] = engines;
    example = spawn(
      process.execPath,
      ["--import", join(projectRoot, "test/support/from-source.ts"), "docs/examples/express-app.ts"],
      {
        cwd: projectRoot,
        env: {
          ...process.env,
          PORT: "0",
          DATABASE_URL: (await sqlite?.freshDatabaseUrl()) ?? "",
          PADDLE_WEBHOOK_SECRET: secret,
        },
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    if (example.stdout === null) throw new Error("The example has no output.");
    const [line] = await once(createInterface(example.stdout), "line");
    url = String(line).replace("listening on ", "");
  });
  afterAll(() => example.kill("SIGKILL"));

  const post = (path: string, body: unknown = {}, owner = customer.owner) =>
    answered<Record<string, string>>(
      fetch(url + path, {
        method: "POST",
        headers: { "content-type": "application/json", "x-customer": owner },
        body: JSON.stringify(body),
      }),
    );

  test("serves who has paid, once for one id, and tells others what is missing", async () => {
    const webhook = {
      method: "POST",
      body: seed,
      headers: { "content-type": "application/json", ...signed(seed) },
    };
    expect((await fetch(`${url}/webhooks/paddle`, webhook)).status).toBe(200);
    const first = await post("/questions/1");
    expect([first.status, first.body]).toEqual([
      200,
      { answer: "42", covered: "2", uncovered: "0", balance: "497" },
    ]);
    expect((await post("/questions/1")).body.balance).toBe("497");
    const essay = await post("/essays/1", { about: "prepaid wallets" });
    expect(essay.body).toMatchObject({ covered: "45", balance: "452" });
    expect((await post("/essays/1", { about: "prepaid wallets" })).body).toEqual(essay.body);
    expect([
      (await post("/questions/1", {}, "nobody")).status,
      (await post("/essays/1", {}, "nobody")).status,
    ]).toEqual([402, 402]);
  });

  test("serves a repeat of what was paid, whatever is left", async () => {
    const owner = "paddle:ctm_of_a_few";
    const sale = JSON.stringify(paddle.transaction({ customer: "ctm_of_a_few", total: 155 }));
    const headers = sign("paddle", sale, { secret });
    expect((await fetch(`${url}/webhooks/paddle`, { method: "POST", body: sale, headers })).status).toBe(200);
    const paid = { answer: "42", covered: "2", uncovered: "0", balance: "153" };
    expect((await post("/questions/1", {}, owner)).body).toEqual(paid);
    const essay = await post("/essays/1", { about: "holds" }, owner);
    expect(essay.body).toMatchObject({ covered: "45", balance: "108" });
    for (let one = 2; (await post(`/questions/${one}`, {}, owner)).status === 200; one += 1);
    expect((await post("/essays/2", { about: "holds" }, owner)).status).toBe(402);
    const again = await post("/questions/1", {}, owner);
    expect([again.status, again.body]).toEqual([200, paid]);
    expect((await post("/essays/1", { about: "holds" }, owner)).body).toEqual(essay.body);
  });

  test("frees what it held for something that failed, and ends when it is told to", async () => {
    expect((await post("/essays/2", { about: 7 })).status).toBe(500);
    expect((await post("/essays/2", { about: "holds" })).status).toBe(200);
    example.kill("SIGTERM");
    const [code] = await once(example, "exit");
    expect(code).toBe(0);
  });
});
