import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { shownSettings } from "../src/cli/doctor.ts";
import { type Environment, readConfig, readEnvironment } from "../src/config.ts";
import { ConfigurationError } from "../src/domain/errors.ts";
import { findApiKey } from "../src/http/kit/api-keys.ts";
import { defaultTerms } from "../src/services/charges/read-policy.ts";
import { projectRoot } from "./support/project-root.ts";

const folder = mkdtempSync(join(tmpdir(), "tallyhook-config-"));
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, content: string): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

function mistakesOf(environment: Environment): string[] {
  try {
    readConfig(environment);
    return [];
  } catch (error) {
    expect(error).toMatchObject({ code: "configuration_invalid" });
    return (error as ConfigurationError).message.split("\n");
  }
}

test("nothing set gives the defaults", () => {
  expect(readConfig({})).toMatchObject({
    host: "127.0.0.1",
    port: 8787,
    databaseUrl: "sqlite:./data/tallyhook.db",
    migrate: true,
    providers: { paddle: { secrets: [], apiKey: null, apiUrl: null }, stripe: { secrets: [] } },
    mode: "any",
    toleranceSeconds: 300,
    apiKeys: [],
    consoleUsers: [],
    consoleZone: "UTC",
    outbox: null,
    backfillEveryMinutes: null,
    reconcileEveryMinutes: null,
    logLevel: "info",
  });
});

test("0 is a value, and a variable set to nothing is not set", () => {
  expect(
    readConfig({ PORT: "0", WEBHOOK_TOLERANCE_SECONDS: "0", HOST: "", MODE: " ", API_KEYS: "" }),
  ).toMatchObject({
    port: 0,
    toleranceSeconds: 0,
    host: "127.0.0.1",
    mode: "any",
    apiKeys: [],
  });
  const secrets = { PADDLE_WEBHOOK_SECRET: "", STRIPE_API_KEY: "", OUTBOX_URL: "", OUTBOX_SECRET: "" };
  expect(readConfig(secrets)).toEqual(readConfig({}));
});

/** The variables that the configuration asks for, in its order. */
function askedFor(): string[] {
  const asked = new Set<string>();
  readConfig(new Proxy({}, { get: (_, name) => void asked.add(String(name)) }));
  return [...asked];
}

const variables = () => askedFor().filter((name) => !name.startsWith("TALLYHOOK_"));

test("every variable is in .env.example, and doctor shows it", () => {
  const names = variables();
  expect(names).toContain("OUTBOX_ALLOW_PRIVATE");
  const example = readFileSync(join(projectRoot, ".env.example"), "utf8");
  expect(names.filter((name) => !new RegExp(`^(?:# )?${name}=`, "m").test(example))).toEqual([]);
  const shown = shownSettings({}, join(folder, "none")).map(({ name }) => name);
  expect([...shown].sort()).toEqual([...names].sort());
});

test("what .env.example shows is accepted, every line", () => {
  const example = readFileSync(join(projectRoot, ".env.example"), "utf8");
  const settings = [...example.matchAll(/^(?:# )?([A-Z_]+)=(.*)$/gm)].map(([, name = "", value = ""]) => [
    name,
    value,
  ]);
  const policy = { POLICY_FILE: file("policy.json", "{}") };
  expect(mistakesOf({ ...Object.fromEntries(settings), ...policy })).toEqual([]);
  expect(settings.length).toBeGreaterThan(15);
});

describe("TALLYHOOK_ before a variable's name", () => {
  test("is taken first, every variable", () => {
    expect(askedFor()).toEqual(variables().flatMap((name) => [`TALLYHOOK_${name}`, name]));
    expect(readConfig({ TALLYHOOK_PORT: "1", PORT: "2" }).port).toBe(1);
    expect(readConfig({ TALLYHOOK_HOST: "a.test", HOST: "b.test" }).host).toBe("a.test");
  });

  test("set to nothing it is not set", () => {
    expect(readConfig({ TALLYHOOK_PORT: "", PORT: "2" }).port).toBe(2);
    expect(readConfig({ TALLYHOOK_PORT: " ", PORT: "2" }).port).toBe(2);
    expect(readConfig({ TALLYHOOK_NONSENSE: "" }).port).toBe(8787);
  });

  test("a mistake names the variable that was set", () => {
    expect(mistakesOf({ TALLYHOOK_PORT: "eighty", PORT: "80" })).toEqual([
      "TALLYHOOK_PORT: must be a whole number from 0 to 65535",
    ]);
    expect(
      mistakesOf({ TALLYHOOK_OUTBOX_URL: "https://a.test", TALLYHOOK_OUTBOX_SECRET: "hunter2" }),
    ).toEqual([expect.stringMatching(/^TALLYHOOK_OUTBOX_SECRET: must be whsec_/)]);
  });

  test.each([
    ["TALLYHOOK_PADDLE_WEBHOOK_SECRETS", "TALLYHOOK_PADDLE_WEBHOOK_SECRET"],
    ["TALLYHOOK_DATABASE", "TALLYHOOK_DATABASE_URL"],
    ["TALLYHOOK_LOGLEVEL", "TALLYHOOK_LOG_LEVEL"],
    ["TALLYHOOK_port", "TALLYHOOK_PORT"],
  ])("%s is a mistake that names %s, and not its value", (variable, nearest) => {
    expect(mistakesOf({ [variable]: "hunter2" })).toEqual([
      `${variable}: is no variable; the nearest is ${nearest}`,
    ]);
  });
});

const one = "the-first-secret-1";
const two = "the-second-secret";
const accepted: [value: string, secrets: [account: string, secret: string][]][] = [
  [one, [["default", one]]],
  [
    ` ${one} , ${two} `,
    [
      ["default", one],
      ["default", two],
    ],
  ],
  [
    `default=${one},eu=${two}`,
    [
      ["default", one],
      ["eu", two],
    ],
  ],
  ["pdl_ntfset_01abc_x+y/z=", [["default", "pdl_ntfset_01abc_x+y/z="]]],
  ["eu=pdl_ntfset_01abc_x+y/z=", [["eu", "pdl_ntfset_01abc_x+y/z="]]],
  // Only what is followed by a secret is an account.
  ["abcdefghijklmn==", [["default", "abcdefghijklmn=="]]],
  ["eu=abcdefghijklmn==", [["eu", "abcdefghijklmn=="]]],
  ["eu=exactly-16-chars", [["eu", "exactly-16-chars"]]],
  ["eu-west=has-15-letters.", [["default", "eu-west=has-15-letters."]]],
];
test.each(accepted)("PADDLE_WEBHOOK_SECRET %j", (value, secrets) => {
  const config = readConfig({ PADDLE_WEBHOOK_SECRET: value });
  expect(config.providers.paddle.secrets.map(({ account, secret }) => [account, secret])).toEqual(secrets);
});

const mistakes: [variable: string, value: string, problem: string][] = [
  ["PORT", "eighty", "must be a whole number from 0 to 65535"],
  ["PORT", "65536", "must be a whole number from 0 to 65535"],
  ["PORT", "-1", "must be a whole number from 0 to 65535"],
  ["PORT", "80.5", "must be a whole number from 0 to 65535"],
  ["PORT", "0x50", "must be a whole number from 0 to 65535"],
  ["DATABASE_URL", "mysql://localhost/x", "must be sqlite:<path>, sqlite::memory: or postgres://…"],
  ["DATABASE_URL", "sqlite:", "must be sqlite:<path>, sqlite::memory: or postgres://…"],
  ["DATABASE_URL", "postgres://", "must be sqlite:<path>, sqlite::memory: or postgres://…"],
  [
    "DATABASE_URL",
    "postgres://user:p@ss@host:port/x",
    "must be sqlite:<path>, sqlite::memory: or postgres://…",
  ],
  ["MIGRATE", "no", "must be one of on, off, beside"],
  ["MODE", "production", "must be one of live, test, any"],
  ["WEBHOOK_TOLERANCE_SECONDS", "5m", "must be a whole number from 0 to 999999999"],
  ["LOG_LEVEL", "loud", "must be one of trace, debug, info, warn, error, fatal, silent"],
  ["PADDLE_WEBHOOK_SECRET", "  ", "is blank; leave the variable out if there is no secret"],
  ["PADDLE_WEBHOOK_SECRET", `${one},,${two}`, "number 2 is blank"],
  ["PADDLE_WEBHOOK_SECRET", `${one},eu= `, "number 2 must have at least 16 characters"],
  ["PADDLE_WEBHOOK_SECRET", "hunter2", "number 1 must have at least 16 characters"],
  ["PADDLE_WEBHOOK_SECRET", "abcdefghij==", "number 1 must have at least 16 characters"],
  ["STRIPE_WEBHOOK_SECRET", `${one},eu=${one}`, "number 2 is there already"],
  ["PADDLE_API_KEY", "  ", "is blank; leave the variable out if there is no secret"],
  ["STRIPE_API_URL", "localhost:12111", "must be a URL that begins with https:// or http://"],
  ["API_KEYS", "hunter2", "number 1 must be name:role:secret, with a role of read, app, finance"],
  ["API_KEYS", ":read:hunter2", "number 1 must be name:role:secret, with a role of read, app, finance"],
  ["API_KEYS", "hunter2:admin:x", "number 1 must be name:role:secret, with a role of read, app, finance"],
  ["API_KEYS", "app:read:", "number 1 has a blank secret"],
  ["API_KEYS", "app:read:sha256:abc", "number 1 must have 64 hexadecimal digits after sha256:"],
  ["API_KEYS", "app:read:hunter2", "number 1 must have a secret of at least 16 characters"],
  ["API_KEYS", `app:read:${one},app:app:${two}`, "number 2 has the name of another key"],
  ["API_KEYS", `app:read:${one},other:finance:${one}`, "number 2 has the secret of another key"],
  ["CONSOLE_USERS", "hunter2", "number 1 must be name:role:password, with a role of read, finance"],
  ["CONSOLE_USERS", "fiona:app:x", "number 1 must be name:role:password, with a role of read, finance"],
  ["CONSOLE_USERS", "fiona:read: ", "number 1 has a blank password"],
  ["CONSOLE_USERS", "fiona:read:hunter2", "number 1 must have a password of at least 12 characters"],
  [
    "CONSOLE_USERS",
    "fiona:read:scrypt:hunter2",
    "number 1 must be scrypt:<logN>:<r>:<p>:<salt>:<hash>, as tallyhook hash-password prints it",
  ],
  [
    "CONSOLE_USERS",
    `fiona:read:scrypt:30:8:1:${"A".repeat(22)}:${"A".repeat(43)}`,
    "number 1 must have a logN from 14 to 17 in its hash",
  ],
  [
    "CONSOLE_USERS",
    `fiona:read:scrypt:15:8:1:${"A".repeat(22)}:AAAA`,
    "number 1 has a hash that was cut off: tallyhook hash-password prints it anew",
  ],
  ["CONSOLE_ZONE", "Berlin", "must be a zone of the time zone database, such as UTC or Europe/Berlin"],
  ["CONSOLE_USERS", `fiona:read:${one},fiona:finance:${two}`, "number 2 has the name of another user"],
  ["TRUST_PROXY", "10.0.0.0/8,loopback", "number 2 is no address and no network"],
  ["METRICS_KEY", "hunter2", "must have at least 16 characters, and no blank among them"],
  ["METRICS_KEY", "hunter2 hunter2 hunter2", "must have at least 16 characters, and no blank among them"],
  ["POLICY_FILE", "/nowhere/policy.json", "/nowhere/policy.json cannot be read (ENOENT)"],
];
test.each(mistakes)("%s=%j: %s", (variable, value, problem) => {
  const lines = mistakesOf({ [variable]: value });
  expect(lines[0]).toContain(`${variable}: ${problem}`);
  expect(lines).toHaveLength(1);
  expect(lines[0]).not.toContain("hunter2");
});

describe("a secret of another kind", () => {
  const rest = "hunter2hunter2hunter2hunter2hunter2";
  const looksLike = {
    pdl_ntfset_: "the secret key of a notification destination of Paddle's (pdl_ntfset_…)",
    whsec_: "the signing secret of a webhook destination of Stripe's (whsec_…)",
    pdl_live_apikey_: "an API key of Paddle's (pdl_live_apikey_… or pdl_sdbx_apikey_…)",
    pdl_sdbx_apikey_: "an API key of Paddle's (pdl_live_apikey_… or pdl_sdbx_apikey_…)",
    sk_live_: "a key of Stripe's API (sk_…, rk_…)",
    rk_test_: "a key of Stripe's API (sk_…, rk_…)",
    pk_live_: "a publishable key of Stripe's (pk_…), which anybody may see",
    we_1: "the id of a webhook destination of Stripe's, which is no secret",
    ntfset_: "the id of a notification destination of Paddle's, which is no secret",
  };
  const right: Readonly<Record<string, readonly string[]>> = {
    PADDLE_WEBHOOK_SECRET: ["pdl_ntfset_"],
    STRIPE_WEBHOOK_SECRET: ["whsec_"],
    PADDLE_API_KEY: ["pdl_live_apikey_", "pdl_sdbx_apikey_"],
    STRIPE_API_KEY: ["sk_live_", "rk_test_"],
    METRICS_KEY: [],
    INSTALLATION_KEY: [],
    TOKEN_SECRET: [],
    API_KEYS: [],
    CONSOLE_USERS: [],
    OUTBOX_SECRET: ["whsec_"],
  };
  const cases = Object.entries(right).flatMap(([variable, kinds]) =>
    Object.entries(looksLike).flatMap(([begins, kind]) =>
      kinds.includes(begins) ? [] : [[variable, begins, kind] as const],
    ),
  );
  const listed: Readonly<Record<string, string>> = { API_KEYS: "a:read:", CONSOLE_USERS: "a:read:" };

  test.each(cases)("%s=%s… is refused as what it looks like", (variable, begins, kind) => {
    for (const before of ["", listed[variable] ?? ""]) {
      const secret = `${begins}${rest}`.slice(0, begins === "ntfset_" ? begins.length + 26 : undefined);
      const environment = { [variable]: `${before}${secret}`, PADDLE_API_URL: "http://127.0.0.1:1" };
      const lines = mistakesOf(environment).filter((line) => line.startsWith(variable));
      expect(lines).toHaveLength(1);
      expect(lines[0]).toContain(` looks like ${kind}; needed is `);
      expect(lines[0]).not.toContain("hunter2");
    }
  });

  test("what nobody can tell is taken: older keys of Paddle's, and secrets made up for tests", () => {
    const made = {
      PADDLE_WEBHOOK_SECRET: rest,
      STRIPE_WEBHOOK_SECRET: rest,
      PADDLE_API_KEY: rest,
      STRIPE_API_KEY: rest,
    };
    expect(mistakesOf(made)).toEqual([]);
    const own = ["rk_reading_", "sk_", "pk_", "pdl_", "ntfset_"].map((begins) => `a:read:${begins}${rest}`);
    for (const API_KEYS of own) expect(mistakesOf({ API_KEYS })).toEqual([]);
  });

  test.each([
    [{ STRIPE_API_KEY: `sk_live_${rest}`, MODE: "test" }, "STRIPE_API_KEY: is a live key, but MODE is test"],
    [
      { STRIPE_API_KEY: `rk_test_${rest}`, MODE: "live" },
      "STRIPE_API_KEY: is a key of test mode, but MODE is live",
    ],
    [
      { PADDLE_API_KEY: `pdl_live_apikey_${rest}`, MODE: "test" },
      "PADDLE_API_KEY: is a live key, but MODE is test",
    ],
    [
      { PADDLE_API_KEY: `pdl_sdbx_apikey_${rest}`, PADDLE_API_URL: "https://api.paddle.com" },
      "PADDLE_API_KEY: is a key of the sandbox, but PADDLE_API_URL is of live mode; leave it out",
    ],
    [
      { PADDLE_API_KEY: `pdl_live_apikey_${rest}`, PADDLE_API_URL: "https://sandbox-api.paddle.com" },
      "PADDLE_API_KEY: is a live key, but PADDLE_API_URL is the sandbox; leave it out",
    ],
  ])("a key that contradicts the mode or the address is refused", (environment, line) => {
    const lines = mistakesOf(environment);
    expect(lines).toEqual([expect.stringContaining(line)]);
    expect(lines.join()).not.toContain("hunter2");
    const standIn = { PADDLE_API_URL: "http://127.0.0.1:1", STRIPE_API_URL: "http://127.0.0.1:1" };
    expect(mistakesOf({ ...environment, ...standIn })).toEqual([]);
  });

  test("and one that fits is taken", () => {
    const live = { PADDLE_API_KEY: `pdl_live_apikey_${rest}`, STRIPE_API_KEY: `rk_live_${rest}` };
    const sandbox = `pdl_sdbx_apikey_${rest}`;
    const PADDLE_API_URL = "https://sandbox-api.paddle.com";
    expect(mistakesOf({ ...live, MODE: "live" })).toEqual([]);
    expect(mistakesOf({ PADDLE_API_KEY: sandbox, PADDLE_API_URL, MODE: "test" })).toEqual([]);
  });
});

test("every mistake has a line of its own, and no line has a secret", () => {
  const lines = mistakesOf({
    PORT: "x",
    MODE: "y",
    DATABASE_URL: "mysql://user:hunter2@host/x",
    API_KEYS: "a:admin:hunter2,b:read:",
    PADDLE_WEBHOOK_SECRET: "hunter2,hunter2=",
    CONSOLE_USERS: "f:admin:hunter2",
    OUTBOX_SECRET: "hunter2",
  });
  expect(lines.map((line) => line.split(":")[0])).toEqual([
    "PORT",
    "DATABASE_URL",
    "PADDLE_WEBHOOK_SECRET",
    "PADDLE_WEBHOOK_SECRET",
    "MODE",
    "API_KEYS",
    "API_KEYS",
    "CONSOLE_USERS",
    "OUTBOX_SECRET",
  ]);
  expect(lines.join("\n")).not.toContain("hunter2");
});

test.each(["paddle", "stripe/"])(
  "PUBLIC_URL is the server's address, and not that of its webhooks: %s",
  (path) => {
    const address = `https://books.example/pay/webhooks/${path}`;
    expect(mistakesOf({ PUBLIC_URL: address })).toEqual([
      expect.stringMatching(/^PUBLIC_URL: must be without \/webhooks\//),
    ]);
    expect(mistakesOf({ PUBLIC_URL: "https://books.example/webhooks" })).toEqual([]);
  },
);

test("the outbox is sent to this machine or a private network only if that is allowed", () => {
  const OUTBOX_SECRET = `whsec_${Buffer.alloc(24, 1).toString("base64")}`;
  for (const OUTBOX_URL of ["http://localhost:3000/hooks", "http://10.0.0.7/", "http://[::1]:3000/"]) {
    expect(mistakesOf({ OUTBOX_URL, OUTBOX_SECRET })).toEqual([
      "OUTBOX_URL: is no public address; OUTBOX_ALLOW_PRIVATE=on allows it",
    ]);
    const allowed = readConfig({ OUTBOX_URL, OUTBOX_SECRET, OUTBOX_ALLOW_PRIVATE: "on" });
    expect(allowed.outbox).toMatchObject({ url: OUTBOX_URL, allowPrivate: true });
  }
});

test("the outbox needs both its variables", () => {
  const OUTBOX_SECRET = `whsec_${Buffer.alloc(24, 1).toString("base64")}`;
  const OUTBOX_URL = "https://app.example.com/hooks";
  expect(readConfig({ OUTBOX_URL, OUTBOX_SECRET }).outbox).toEqual({
    url: OUTBOX_URL,
    secret: OUTBOX_SECRET,
    allowPrivate: false,
  });
  expect(mistakesOf({ OUTBOX_URL })).toEqual(["OUTBOX_SECRET: is missing; OUTBOX_URL needs it to sign with"]);
  expect(mistakesOf({ OUTBOX_SECRET })).toEqual([
    "OUTBOX_URL: is missing; OUTBOX_SECRET has nothing to sign without it",
  ]);
  expect(mistakesOf({ OUTBOX_URL, OUTBOX_SECRET: "whsec_c2hvcnQ=" })).toHaveLength(1);
});

test("of an API key only the hash is kept, and it may be given as one", () => {
  const digest = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b";
  const { apiKeys } = readConfig({ API_KEYS: `a:read:${one}:rest,b:finance:sha256:${digest}` });
  expect(JSON.stringify(apiKeys)).not.toContain(one);
  expect(findApiKey(apiKeys, `${one}:rest`)?.name).toBe("a");
  expect(findApiKey(apiKeys, "secret")?.name).toBe("b");
  expect(findApiKey(apiKeys, digest)).toBeUndefined();
  expect(findApiKey(apiKeys, "")).toBeUndefined();
});

describe("the policy file", () => {
  const policyOf = (document: unknown) => {
    const { policy } = readConfig({ POLICY_FILE: file("policy.json", JSON.stringify(document)) });
    if (policy === null) throw new Error("No policy was read.");
    return policy;
  };

  test("an empty one is the default, said on purpose; without one nothing is said", () => {
    expect(policyOf({})).toEqual(defaultTerms);
    expect(readConfig({}).policy).toBeNull();
  });

  test("the contract's example is read", () => {
    const policy = policyOf({
      rules: [
        {
          match: { provider: "paddle", price_ref: "pri_topup" },
          effect: "top_up",
          basis: "total",
          expires_after_days: 365,
          priority: 0,
        },
        { match: { metadata: { wallet: "none" } }, effect: "none" },
      ],
      default: { effect: "top_up", basis: "grand_total" },
      on_uncovered_reversal: "write_off",
      cash_evidence: "stated",
      out_of_band: "none",
      settle_on: { paddle: "completed", stripe: "paid" },
      owner_from: {
        paddle: ["custom_data.owner"],
        stripe: ["metadata.owner", "parent.subscription_details.metadata.owner"],
      },
      low_balance: { USD: "500" },
      books_start_at: null,
      meters: [
        { key: "tokens", prices: { USD: "0.0381", EUR: "0.0352" } },
        { key: "calls", prices: { USD: "3" }, from: "2026-12-01T00:00:00Z" },
      ],
    });
    expect(policy.rules[0]).toEqual({
      match: { provider: "paddle", priceRef: "pri_topup" },
      rule: { effect: "top_up", basis: "total", priority: 0, expiresAfterDays: 365 },
    });
    expect(policy.rules[1]?.rule).toEqual({
      effect: "none",
      basis: "grand_total",
      priority: 0,
      expiresAfterDays: null,
    });
    expect(policy.lowBalance).toEqual({ USD: 500n });
    expect(policy.meters[1]).toEqual({
      key: "calls",
      prices: { USD: "3" },
      from: 1_796_083_200_000_000_000n,
    });
  });

  test("what a rule leaves out is as in the default", () => {
    const { rules } = policyOf({
      default: { basis: "net_of_tax", priority: 5, expires_after_days: 30 },
      rules: [
        { match: {}, effect: "top_up" },
        { match: {}, effect: "top_up", expires_after_days: null },
      ],
    });
    expect(rules.map(({ rule }) => [rule.basis, rule.priority, rule.expiresAfterDays])).toEqual([
      ["net_of_tax", 5, 30],
      ["net_of_tax", 5, null],
    ]);
  });

  const wrong: [document: unknown, path: string][] = [
    [{ rule: [] }, "rule is not known; known are $schema, rules, default,"],
    [{ rules: [{ match: { provider: "Adyen Inc" }, effect: "top_up" }] }, "rules[0].match.provider"],
    [
      { rules: [{ match: { sku: "x" }, effect: "top_up" }] },
      "rules[0].match.sku is not known; known are provider, price_ref, product_ref, origin, metadata; the nearest is",
    ],
    [{ rules: [{ effect: "top_up" }] }, "rules[0].match"],
    [{ rules: [{ match: {}, effect: "give" }] }, "rules[0].effect"],
    [{ rules: [{ match: {}, effect: "top_up", expires_after_days: 0 }] }, "rules[0].expires_after_days"],
    [{ rules: [{ match: { metadata: { a: 1 } }, effect: "none" }] }, "rules[0].match.metadata.a"],
    [{ default: { effect: "debit", base: "total" } }, "default.base is not known"],
    [{ settle_on: { stripe: "open" } }, "settle_on.stripe"],
    [{ owner_from: { paddle: ["owner"] } }, "owner_from.paddle[0]"],
    [{ low_balance: { USD: 500 } }, "low_balance.USD"],
    [{ low_balance: { USD: "5.00" } }, "low_balance.USD"],
    [{ low_balance: { USD: "9223372036854775808" } }, "low_balance.USD"],
    [{ low_balance: { usd: "500" } }, "low_balance.usd"],
    [{ books_start_at: "2026-01-01" }, "books_start_at"],
    [{ meters: [{ key: "a", prices: { USD: "1e-3" } }] }, "meters[0].prices.USD"],
    [{ meters: [{ key: "a", prices: { USD: "-1" } }] }, "meters[0].prices.USD"],
    [{ meters: [{ key: "a", prices: { USD: "0.0000000000001" } }] }, "meters[0].prices.USD"],
    [
      {
        meters: [
          { key: "a", prices: { USD: "1" } },
          { key: "a", prices: { USD: "2" } },
        ],
      },
      "meters[1].prices.USD",
    ],
    [[], "the document"],
    [null, "the document"],
  ];
  test.each(wrong)("%j is wrong at %s", (document, path) => {
    const policyFile = file("policy.json", JSON.stringify(document));
    const lines = mistakesOf({ POLICY_FILE: policyFile });
    expect(lines).toEqual([expect.stringContaining(`POLICY_FILE: ${policyFile}: ${path}`)]);
  });

  test("every mistake in it is named, and what is not JSON is told so", () => {
    const document = { a: 1, b: 2, cash_evidence: "hope" };
    expect(mistakesOf({ POLICY_FILE: file("policy.json", JSON.stringify(document)) })).toHaveLength(3);
    expect(mistakesOf({ POLICY_FILE: file("policy.json", "{") })[0]).toContain("is not JSON");
  });

  const notJson = [
    "hunter2",
    "hunter2=",
    "{ hunter2: 1 }",
    '["a", hunter2]',
    '{"a":\n"hunter2" "b"}',
    "",
    "{,",
  ];
  test.each(notJson)("one that is not JSON is never quoted: %j", (content) => {
    const [line = "", ...others] = mistakesOf({ POLICY_FILE: file("policy.json", content) });
    expect(others).toEqual([]);
    expect(line).toMatch(/policy\.json is not JSON(?: \(line \d+ column \d+\))?$/);
  });
});

describe(".env", () => {
  test("the real environment wins over it", () => {
    const path = file(".env", "PORT=1\nHOST=example.test\n");
    expect(readEnvironment(path, { PORT: "2" })).toEqual({ PORT: "2", HOST: "example.test" });
    expect(readEnvironment(path, { PORT: "2", HOST: "" })).toEqual({ PORT: "2", HOST: "example.test" });
  });

  test("what has our prefix there wins over what has none in the real environment", () => {
    const path = file(".env-own", "TALLYHOOK_PORT=1\n");
    expect(readConfig(readEnvironment(path, { PORT: "2" })).port).toBe(1);
    expect(readConfig(readEnvironment(path, { PORT: "2", TALLYHOOK_PORT: "3" })).port).toBe(3);
    expect(shownSettings({ PORT: "2" }, path)).toContainEqual({
      name: "PORT",
      variable: "TALLYHOOK_PORT",
      value: "1",
      from: ".env",
    });
  });

  test("it may be missing, but not unreadable", () => {
    expect(readEnvironment(join(folder, "none"), { PORT: "2" })).toEqual({ PORT: "2" });
    expect(() => readEnvironment(folder, {})).toThrow(ConfigurationError);
  });
});
