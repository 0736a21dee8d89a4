/**
 * Whatever is asked of whoever sets Tallyhook up, by one who mistypes it: each option, field, flag and variable has its row, and
 * is told with the nearest right name, or as what it is not, before anything is opened.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { commands } from "../src/cli/commands.ts";
import { parse } from "../src/cli/program.ts";
import { readConfig } from "../src/config.ts";
import { ConfigurationError, createTallyhook } from "../src/index.ts";
import { policySchema, readPolicy } from "../src/services/charges/read-policy.ts";
import { createTestTallyhook } from "../src/testing/index.ts";
import { projectRoot } from "./support/project-root.ts";

/** With a letter twice: nearer to the right name than to any other. */
const misspelt = (name: string): string => `${name.slice(0, 2)}${name.slice(1)}`;

/** Of no type that anything is asked to be. */
const nonsense = [[7n]];

describe("options of the library", () => {
  const source = readFileSync(join(projectRoot, "src/library/options.ts"), "utf8");
  const fieldsOf = (name: string): string[] => {
    const [, text = ""] = new RegExp(`export interface ${name} \\{\\n([\\s\\S]+?)\\n\\}`).exec(source) ?? [];
    return [...text.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, field = ""]) => field);
  };
  const within = {
    paddle: "ProviderOptions",
    stripe: "ProviderOptions",
    outbox: "OutboxOptions",
    everyMinutes: "EveryMinutes",
  };
  const all = [
    ...fieldsOf("TallyhookOptions").map((name) => [name]),
    ...Object.entries(within).flatMap(([of, type]) => fieldsOf(type).map((name) => [of, name])),
  ];
  const withAt = (path: readonly string[], value: unknown): object =>
    path.reduceRight<unknown>((inner, name) => ({ [name]: inner }), value) as object;
  const mistakesOf = async (options: object) => {
    const tallyhook = createTallyhook({ databaseUrl: "sqlite::memory:", ...options } as never);
    const error: unknown = await tallyhook.then(
      async (opened) => opened.close(),
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error).toMatchObject({ code: "configuration_invalid" });
    for (const { code } of (error as ConfigurationError).mistakes)
      expect(["missing", "unknown", "wrong_kind", "invalid"]).toContain(code);
    return (error as ConfigurationError).message;
  };

  test("there are some", () => expect(all.length).toBeGreaterThan(25));

  test.each(all.map((path) => [path.join("."), path] as const))("%s", async (name, path) => {
    const last = path.at(-1) ?? "";
    const wrong = [...path.slice(0, -1), misspelt(last)];
    expect(await mistakesOf(withAt(wrong, "x"))).toMatch(
      new RegExp(`^${wrong.join("\\.")}: is not known; .*the nearest is ${last}$`, "m"),
    );
    expect(await mistakesOf(withAt(path, nonsense))).toMatch(
      new RegExp(`^${name}(?:\\[0\\].*)?: (?:must |is missing; it must )`, "m"),
    );
  });
});

describe("fields of a policy", () => {
  interface Schema {
    readonly properties?: Readonly<Record<string, Schema>>;
    readonly items?: Schema;
  }
  const pathsOf = ({ properties = {}, items }: Schema, before: readonly (string | 0)[]): (string | 0)[][] => [
    ...Object.entries(properties).flatMap(([name, schema]) => [
      [...before, name],
      ...pathsOf(schema, [...before, name]),
    ]),
    ...(items === undefined ? [] : pathsOf(items, [...before, 0])),
  ];
  const documentWith = (path: readonly (string | 0)[], value: unknown) =>
    path.reduceRight<unknown>((inner, part) => (part === 0 ? [inner] : { [part]: inner }), value);
  const written = (path: readonly (string | 0)[]) =>
    path
      .map((part) => (part === 0 ? "[0]" : `.${part}`))
      .join("")
      .slice(1);
  const paths = pathsOf(policySchema(), []);
  const mistakesOf = (document: unknown) => {
    const reading = readPolicy(document);
    return reading.kind === "mistakes" ? reading.mistakes : [];
  };

  test("there are some", () => expect(paths.length).toBeGreaterThan(25));

  test.each(paths.map((path) => [written(path), path] as const))("%s", (name, path) => {
    const last = String(path.at(-1));
    // An app's own providers have names that nobody here knows.
    if (!["paddle", "stripe"].includes(last)) {
      const wrong = [...path.slice(0, -1), misspelt(last)];
      expect(mistakesOf(documentWith(wrong, "x"))).toContainEqual({
        path: written(wrong),
        code: "unknown",
        problem: expect.stringMatching(new RegExp(`the nearest is ${last.replace("$", "\\$")}$`)),
      });
    }
    const wrong = mistakesOf(documentWith(path, nonsense));
    expect(wrong.some((mistake) => mistake.path.startsWith(name))).toBe(true);
    const texts = [7, "x", null, {}].flatMap((value) => mistakesOf(documentWith(path, value)));
    for (const { problem } of [...wrong, ...texts]) expect(problem).toMatch(ourWords);
  });

  /** And none of the validator's. */
  const ourWords =
    /^(?!.*(?:[Ii]nvalid|expected|undefined|bigint)).*(?:must |is not known|does not fit|is no provider)/;

  test.each<[document: unknown, path: string, code: string, problem: string]>([
    [
      { meters: [{ key: "tokens", prices: { usd: "1" } }] },
      "meters[0].prices.usd",
      "invalid",
      "must be a currency code of three capital letters; the nearest is USD",
    ],
    [
      { meters: [{ key: "tokens", prices: { USD: 3 } }] },
      "meters[0].prices.USD",
      "invalid",
      'must be a text, in quotes: "3"',
    ],
    [
      { low_balance: { usd: "5" } },
      "low_balance.usd",
      "invalid",
      "must be a currency code of three capital letters; the nearest is USD",
    ],
    [
      { rules: [{ match: {}, effect: "topup" }] },
      "rules[0].effect",
      "invalid",
      "must be one of top_up, debit, none; the nearest is top_up",
    ],
    [
      { rules: [{ match: {} }] },
      "rules[0].effect",
      "missing",
      "is missing; it must be one of top_up, debit, none",
    ],
    [
      { rules: [{ match: { price: "pri_1" }, effect: "none" }] },
      "rules[0].match.price",
      "unknown",
      "is not known; known are provider, price_ref, product_ref, origin, metadata; the nearest is price_ref",
    ],
    [
      { basis: "total" },
      "basis",
      "unknown",
      expect.stringMatching(/; it belongs into rules\[\] or default$/) as unknown as string,
    ],
    [
      { meters: { key: "tokens", prices: { USD: "1" } } },
      "meters",
      "invalid",
      "must be a list, and is an object",
    ],
    [{ meters: [{ prices: { USD: "1" } }] }, "meters[0].key", "missing", "is missing; it must be a text"],
    [
      { default: { expires_after_days: 1.5 } },
      "default.expires_after_days",
      "invalid",
      "must be a whole number, and is a number",
    ],
    [
      "./policy.json",
      "the document",
      "invalid",
      expect.stringMatching(
        /^must be an object, of \$schema, rules, .+, and is a text: read the file, and give what JSON.parse makes of it$/,
      ) as unknown as string,
    ],
    ...["stirpe", "Stripe", "strip", "stripes"].flatMap((name): [unknown, string, string, string][] => [
      [
        { settle_on: { [name]: "paid" } },
        `settle_on.${name}`,
        "unknown",
        `${name} is no provider; the nearest is stripe`,
      ],
      [
        { owner_from: { [name]: ["metadata.owner"] } },
        `owner_from.${name}`,
        "unknown",
        `${name} is no provider; the nearest is stripe`,
      ],
    ]),
    [
      { rules: [{ match: { provider: "padle" }, effect: "none" }] },
      "rules[0].match.provider",
      "unknown",
      "padle is no provider; the nearest is paddle",
    ],
  ])("%j", (document, path, code, problem) => {
    expect(mistakesOf(document)).toEqual([{ path, code, problem }]);
  });

  test("every mistake is named, of whatever kind", () => {
    const document = {
      meters: [{ key: "t", prices: { usd: "1" } }],
      settle_on: { stirpe: "paid" },
      basis: "x",
    };
    expect(
      mistakesOf(document)
        .map(({ path }) => path)
        .sort(),
    ).toEqual(["basis", "meters[0].prices.usd", "settle_on.stirpe"]);
  });

  test("a provider of the app's own may be called almost like one of ours, and quite otherwise anyway", () => {
    const named = { settle_on: { stride: "paid" } };
    expect(readPolicy(named, ["stride"]).kind).toBe("policy");
    expect(readPolicy(named).kind).toBe("mistakes");
    expect(readPolicy({ settle_on: { orchard: "paid" } }).kind).toBe("policy");
  });
});

describe("flags of the command line", () => {
  const refusalOf = async (words: readonly string[]) => {
    const error: unknown = await parse(words).catch((thrown: unknown) => thrown);
    expect([words, error]).toEqual([words, expect.objectContaining({ code: "usage" })]);
    return (error as Error).message;
  };

  test.each([...commands.keys()])("%s", async (name) => {
    expect(await refusalOf([misspelt(name)])).toMatch(/^Unknown command: .+\nDid you mean /);
    const options = (await commands.get(name)?.load())?.options ?? {};
    for (const [option, { type }] of Object.entries(options)) {
      const said = await refusalOf([name, `--${misspelt(option)}`]);
      expect([said, said.includes(`--${option}`)]).toEqual([expect.stringMatching(/\nDid you mean /), true]);
      if (type === "string")
        expect(await refusalOf([name, `--${option}`])).toContain(`--${option} needs a value.`);
    }
  });
});

describe("variables of the environment", () => {
  const asked = new Set<string>();
  readConfig(new Proxy({}, { get: (_, name) => void asked.add(String(name)) }));
  const variables = [...asked].filter((name) => !name.startsWith("TALLYHOOK_"));
  /** Any text may be one. */
  const free = ["HOST", "PADDLE_API_KEY", "STRIPE_API_KEY"];
  const messageOf = (environment: Record<string, string>) => {
    try {
      readConfig(environment);
      return "nothing is wrong";
    } catch (error) {
      expect(error).toMatchObject({ code: "configuration_invalid" });
      return (error as Error).message;
    }
  };

  test.each(variables)("%s", (name) => {
    const wrong = `TALLYHOOK_${misspelt(name)}`;
    expect(messageOf({ [wrong]: "x" })).toBe(`${wrong}: is no variable; the nearest is TALLYHOOK_${name}`);
    if (!free.includes(name)) expect(messageOf({ [name]: "?" })).toMatch(new RegExp(`^${name}: `, "m"));
  });
});

test("a wallet of another currency than the meter has a price in pays nothing, and is told which", async () => {
  const policy = { meters: [{ key: "tokens", prices: { USD: "1" } }] };
  const tallyhook = await createTestTallyhook({ policy });
  const euros = tallyhook.wallet({ owner: "acme", currency: "EUR" });
  await euros.grant({ amount: 500n, kind: "paid", reason: "an invoice" });
  const refused = {
    code: "no_price",
    message: "meter: tokens has no price in EUR now; it has one in USD",
  };
  const asked = { meter: "tokens", quantity: 1 };
  await expect(euros.use({ id: "req_1", ...asked })).rejects.toMatchObject(refused);
  await expect(euros.hold({ ...asked, expiresIn: 60 })).rejects.toMatchObject(refused);
  await expect(euros.enoughBalance(asked)).rejects.toMatchObject(refused);
  const misspelt = {
    code: "unknown_meter",
    message: "meter: the policy has no meter token; the nearest is tokens",
  };
  const other = { meter: "token", quantity: 1 };
  await expect(euros.use({ id: "req_1", ...other })).rejects.toMatchObject(misspelt);
  await expect(euros.hold({ ...other, expiresIn: 60 })).rejects.toMatchObject(misspelt);
  await expect(euros.quote(other)).rejects.toMatchObject(misspelt);
  await expect(euros.enoughBalance("token")).rejects.toMatchObject(misspelt);
  expect((await euros.balance()).balance).toBe(500n);
  await tallyhook.close();
});
