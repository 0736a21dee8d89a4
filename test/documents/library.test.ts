import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { createTallyhook } from "../../src/index.ts";
import * as testing from "../../src/testing/index.ts";
import { projectRoot } from "../support/project-root.ts";

const read = (name: string) => readFileSync(join(projectRoot, name), "utf8");
const document = read("docs/library.md");

/** The names that an interface of the library has. */
function namesOf(file: string, name: string): string[] {
  const [, text = ""] =
    new RegExp(`export interface ${name}[^{]*\\{\\n([\\s\\S]+?)\\n\\}`).exec(read(file)) ?? [];
  return [...new Set([...text.matchAll(/^ {2}(?:readonly )?(\w+)[?(:]/gm)].map(([, found]) => found ?? ""))];
}

test.each([
  ["src/library/options.ts", "TallyhookOptions"],
  ["src/library.ts", "Tallyhook"],
  ["src/library/books.ts", "Books"],
  ["src/library/owner.ts", "Owner"],
  ["src/library/wallet.ts", "SpendingWallet"],
])("docs/library.md has all that %s has in %s", (file, name) => {
  const names = namesOf(file, name);
  expect(names.length).toBeGreaterThan(2);
  expect(names.filter((one) => !new RegExp(`\\b${one}\\b`).test(document))).toEqual([]);
});

test("docs/testing.md has all of tallyhook/testing, each maker in a row of its own", () => {
  const document = read("docs/testing.md");
  for (const maker of [
    ...Object.keys(testing.paddle).map((name) => `paddle.${name}`),
    ...Object.keys(testing.stripe).map((name) => `stripe.${name}`),
  ])
    expect(document).toMatch(new RegExp(`^\\| \`${maker}\` \\|.+\\|.+\\|.+\\|$`, "m"));
  const named = [
    ...Object.keys(testing).filter((name) => /^[a-z]/.test(name)),
    ...Object.keys(testing.paddle).map((name) => `paddle.${name}`),
    ...Object.keys(testing.stripe).map((name) => `stripe.${name}`),
  ];
  expect(named.filter((name) => !document.includes(name))).toEqual([]);
});

test("docs/testing.md has every option of sign in its row", () => {
  const [row = ""] = /^\| `sign\(.+$/m.exec(read("docs/testing.md")) ?? [];
  expect(namesOf("src/testing/sign.ts", "SignOptions").filter((name) => !row.includes(name))).toEqual([]);
});

const { createTestTallyhook, paddle, sign } = testing;
const event = JSON.stringify(paddle.transaction({ customer: "ctm_1", total: 500 }));
const policy = { meters: [{ key: "questions", prices: { USD: "2.5" } }] };
const url = "http://localhost/webhooks/paddle";
const signed = (secret: string) => ({
  method: "POST",
  body: event,
  headers: sign("paddle", event, { secret }),
});

test("the example of Next.js takes webhooks", async () => {
  const secret = "pdl_ntfset_of_an_example";
  Object.assign(process.env, { DATABASE_URL: "sqlite::memory:", PADDLE_WEBHOOK_SECRET: secret });
  const route = await import("../../docs/examples/next-route.ts");
  const answer = await route.POST(new Request(url, signed(secret)));
  expect([answer.status, (await answer.json()).outcome]).toEqual([200, "applied"]);
  await (await route.tallyhook()).close();
});

test("the example of Hono takes webhooks and serves who has paid", async () => {
  const { routes } = await import("../../docs/examples/hono-app.ts");
  const tallyhook = await createTestTallyhook({ policy });
  type Handle = Parameters<Parameters<typeof routes>[0]["post"]>[1];
  const handlers = new Map<string, Handle>();
  routes({ post: (path, handle) => handlers.set(path, handle) }, tallyhook);
  const call = async (path: string, raw: Request) => {
    const json = (body: unknown, status = 200) => Response.json(body, { status });
    const answer = await handlers.get(path)?.({ req: { raw, param: () => "1" }, json });
    return [answer?.status, await answer?.json()];
  };
  const asked = (customer: string) =>
    new Request(url, { method: "POST", headers: { "x-customer": customer } });
  expect(await call("/webhooks/:provider", new Request(url, signed(tallyhook.secrets.paddle)))).toMatchObject(
    [200, { outcome: "applied" }],
  );
  expect(await call("/questions/:id", asked("paddle:ctm_1"))).toMatchObject([200, { covered: "2" }]);
  expect(await call("/questions/:id", asked("paddle:ctm_1"))).toMatchObject([200, { covered: "2" }]);
  await tallyhook.wallet({ owner: "paddle:ctm_1", currency: "USD" }).debit({ amount: 498n, reason: "spent" });
  expect(await call("/questions/:id", asked("paddle:ctm_1"))).toMatchObject([200, { covered: "2" }]);
  expect(await call("/questions/:id", asked("nobody"))).toMatchObject([
    402,
    { enough: false, shortfall: "3" },
  ]);
  await tallyhook.close();
});

test("the example of Fastify keeps the bytes of webhooks", async () => {
  const { webhooks } = await import("../../docs/examples/fastify-app.ts");
  const tallyhook = await createTestTallyhook({ policy });
  let parse: (body: Buffer) => Buffer = (body) => body;
  // biome-ignore lint/suspicious/noExplicitAny: what Fastify hands over.
  let handle: any;
  await webhooks(tallyhook)({
    addContentTypeParser: (_type, _options, parser) => {
      parse = (body) => {
        let parsed = body;
        parser(null, body, (_error, bytes) => {
          parsed = bytes;
        });
        return parsed;
      };
    },
    post: (_path, own) => {
      handle = own;
    },
  });
  const { headers } = signed(tallyhook.secrets.paddle);
  const sent: unknown[] = [];
  const reply = {
    code: (status: number) => {
      sent.push(status);
      return reply;
    },
    headers: () => reply,
    send: (body: string) => sent.push(JSON.parse(body).outcome),
  };
  await handle({ url: "/webhooks/paddle", method: "POST", headers, body: parse(Buffer.from(event)) }, reply);
  expect(sent).toEqual([200, "applied"]);
  await tallyhook.close();
});

test("the example's own tests pass", async () => {
  const words = [
    "--import",
    join(projectRoot, "test/support/from-source.ts"),
    "--test",
    "docs/examples/gate.test.ts",
  ];
  const env = { PATH: process.env.PATH ?? "", NODE_NO_WARNINGS: "1" };
  const { stdout } = await promisify(execFile)(process.execPath, words, { cwd: projectRoot, env });
  expect(stdout).toMatch(/pass 2/);
}, 60_000);

test("a refund of what was spent is forgiven or owed, as every page that tells of refunds says", async () => {
  for (const name of [
    "docs/testing.md",
    "docs/connect-paddle.md",
    "docs/connect-stripe.md",
    "docs/policy.md",
  ])
    for (const word of ["on_uncovered_reversal", "recover"])
      expect([name, read(name)]).toEqual([name, expect.stringContaining(word)]);
  for (const [says, owed] of [
    [undefined, 0n],
    ["recover", 100n],
  ] as const) {
    const tallyhook = await createTestTallyhook({
      policy: { ...policy, ...(says && { on_uncovered_reversal: says }) },
    });
    const transaction = paddle.transaction({ customer: "ctm_1", total: 500 });
    const wallet = tallyhook.wallet({ owner: "paddle:ctm_1", currency: "USD" });
    await tallyhook.post(transaction);
    await wallet.debit({ amount: 100n, reason: "spent" });
    await tallyhook.post(paddle.adjustment({ transaction }));
    expect((await wallet.recovery()).recovery).toBe(owed);
    expect((await wallet.statement()).data[0]).toMatchObject({ kind: "take_back", uncovered: 100n });
    await tallyhook.close();
  }
});

test.each(["paddle", "stripe"] as const)(
  "what the page of %s shows for an app are its options",
  async (name) => {
    const page = read(`docs/connect-${name}.md`);
    const [, shown = ""] = /`createTallyhook\((\{ databaseUrl, .+ \})\)`/.exec(page) ?? [];
    const make = new Function("databaseUrl", "apiKey", `return (${shown.replace("…", "of-the-documents")});`);
    const apiKey = name === "paddle" ? undefined : "rk_live_of-the-documents";
    const tallyhook = await createTallyhook({ ...make("sqlite::memory:", apiKey), workers: false });
    const request = new Request(`http://localhost/webhooks/${name}`, { method: "POST", body: "{}" });
    expect((await tallyhook.handleWebhook(request)).status).toBe(400);
    await tallyhook.close();
  },
);
