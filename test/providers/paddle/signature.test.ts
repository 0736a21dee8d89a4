import { Paddle, Webhooks } from "@paddle/paddle-node-sdk";
import fc from "fast-check";
import { fromUnixMilliseconds, fromUnixSeconds, type Instant } from "../../../src/domain/time.ts";
import { BlankSecret, requireUsableSecrets } from "../../../src/providers/kit/signature.ts";
import { paddle } from "../../../src/providers/paddle/paddle.ts";
import type { Secret, Verification } from "../../../src/providers/provider.ts";
import { fixture } from "./bodies.ts";

const secret = "pdl_ntfset_01kexample_Zq7";
const now = fromUnixSeconds(1_790_000_000);
const body = Buffer.from(JSON.stringify(fixture("transaction.completed/seed")));
const right = paddle.sign(body, { secret, at: now });
const hmac = right.slice(right.indexOf("h1=") + 3);
const otherHmac = "0".repeat(64);

const defaults: Secret[] = [{ account: "default", secret }];

function verify(
  signature: string | undefined,
  changes: { body?: Uint8Array; secrets?: Secret[]; now?: Instant; toleranceSeconds?: number } = {},
) {
  return paddle.verify(
    { body: changes.body ?? body, signature },
    {
      secrets: changes.secrets ?? defaults,
      toleranceSeconds: changes.toleranceSeconds ?? 300,
      now: changes.now ?? now,
    },
  );
}

const outcome = (verification: Verification) =>
  verification.kind === "refused" ? verification.code : verification.kind;
const secondsFromNow = (seconds: number): Instant => now + fromUnixSeconds(seconds);

test.each<[string, string | undefined, string]>([
  ["what the signer gives", right, "verified"],
  ["no header", undefined, "signature_missing"],
  ["an empty header", "", "signature_missing"],
  ["the wrong one first, the right one second", `ts=1790000000;h1=${otherHmac};h1=${hmac}`, "verified"],
  ["the right one first, the wrong one second", `ts=1790000000;h1=${hmac};h1=${otherHmac}`, "verified"],
  ["the right one beside one that is no digest", `ts=1790000000;h1=abc;h1=${hmac}`, "verified"],
  ["the parts in the other order", `h1=${hmac};ts=1790000000`, "verified"],
  ["a part of a later version of the scheme", `ts=1790000000;h2=whatever;h1=${hmac}`, "verified"],
  ["another digest", `ts=1790000000;h1=${otherHmac}`, "signature_mismatch"],
  ["another time than the signed one", `ts=1790000001;h1=${hmac}`, "signature_mismatch"],
  ["no ts", `h1=${hmac}`, "signature_malformed"],
  ["two ts", `ts=1790000000;ts=1790000000;h1=${hmac}`, "signature_malformed"],
  ["a ts that is no number", `ts=now;h1=${hmac}`, "signature_malformed"],
  ["a ts with a leading zero", `ts=01790000000;h1=${hmac}`, "signature_malformed"],
  ["a negative ts", `ts=-1;h1=${hmac}`, "signature_malformed"],
  ["a ts of a thousand digits", `ts=${"9".repeat(1000)};h1=${hmac}`, "signature_malformed"],
  ["no h1", "ts=1790000000", "signature_malformed"],
  ["an empty h1", "ts=1790000000;h1=", "signature_malformed"],
  ["a digest in upper case", `ts=1790000000;h1=${hmac.toUpperCase()}`, "signature_malformed"],
  ["a digest cut short", `ts=1790000000;h1=${hmac.slice(2)}`, "signature_malformed"],
  ["blanks after the semicolon", `ts=1790000000; h1=${hmac}`, "signature_malformed"],
  ["Stripe's form", `t=1790000000,v1=${hmac}`, "signature_malformed"],
])("%s", (_, header, expected) => {
  expect(outcome(verify(header))).toBe(expected);
});

test.each([
  ["a tampered amount", Buffer.from(body.toString().replace('"499"', '"999"'))],
  [
    "a body that was parsed and written again",
    Buffer.from(JSON.stringify(JSON.parse(body.toString()), null, 2)),
  ],
  ["a body cut short", body.subarray(0, -1)],
  ["an empty body", Buffer.alloc(0)],
])("%s does not match", (_, changed) => {
  expect(outcome(verify(right, { body: changed }))).toBe("signature_mismatch");
});

test.each([
  [0, "verified"],
  [300, "verified"],
  [-300, "verified"],
  [301, "signature_expired"],
  [-301, "signature_expired"],
  [86_400, "signature_expired"],
])("a clock that is %i seconds ahead of the signature: %s", (seconds, expected) => {
  expect(outcome(verify(right, { now: secondsFromNow(seconds) }))).toBe(expected);
});

test("a tolerance of 0 means 0, to the nanosecond", () => {
  expect(outcome(verify(right, { toleranceSeconds: 0 }))).toBe("verified");
  expect(outcome(verify(right, { toleranceSeconds: 0, now: now + 1n }))).toBe("signature_expired");
});

test("a wrong signature is a mismatch however old it is: only who has the secret learns about the clock", () => {
  const header = `ts=1;h1=${otherHmac}`;
  expect(outcome(verify(header))).toBe("signature_mismatch");
});

test("any secret may match, and names its account", () => {
  const secrets = [
    { account: "old", secret: "pdl_ntfset_old" },
    { account: "eu", secret },
  ];
  expect(verify(right, { secrets })).toEqual({ kind: "verified", account: "eu" });
  expect(verify(paddle.sign(body, { secret: "pdl_ntfset_old", at: now }), { secrets })).toEqual({
    kind: "verified",
    account: "old",
  });
});

test("a refusal teaches the remedy and shows no secret", () => {
  const refusal = verify(`ts=1790000000;h1=${otherHmac}`, {
    secrets: [...defaults, { account: "eu", secret: "other" }],
  });
  expect(refusal).toMatchObject({
    detail: expect.stringContaining("No Paddle signature in the header matched any of 2 configured secrets."),
  });
  expect(JSON.stringify(refusal)).not.toContain(secret);
  expect(verify(right, { now: secondsFromNow(-400) })).toMatchObject({
    detail: expect.stringContaining("400 seconds in the future; 300 are allowed"),
  });
});

test.each(["", " ", "\t\n"])(
  "a blank secret (%j) is refused before anything can be verified with it",
  (blank) => {
    const secrets = [...defaults, { account: "eu", secret: blank }];
    expect(() => requireUsableSecrets(secrets)).toThrow(BlankSecret);
    expect(() => verify(right, { secrets })).toThrow(BlankSecret);
    expect(() => paddle.sign(body, { secret: blank, at: now })).toThrow(BlankSecret);
  },
);

describe("held against the verifier of Paddle's SDK", () => {
  const webhooks = new Webhooks();
  beforeAll(() => void new Paddle("an SDK without a key does not start its crypto"));

  /** The SDK reads the clock itself, so these use the real one. */
  const live = () => fromUnixMilliseconds(Date.now());
  const bySdk = (text: string, key: string, header: string) =>
    webhooks.isSignatureValid(text, key, header).catch(() => false);
  const byUs = (text: string, key: string, header: string) => {
    const options = { secrets: [{ account: "default", secret: key }], toleranceSeconds: 5, now: live() };
    return paddle.verify({ body: Buffer.from(text), signature: header }, options).kind === "verified";
  };
  const headerFor = (text: string, key: string, secondsAgo = 0) =>
    paddle.sign(Buffer.from(text), { secret: key, at: live() - fromUnixSeconds(secondsAgo) });

  const keys = fc.string({ minLength: 1 }).filter((key) => key.trim() !== "" && key.isWellFormed());
  const texts = fc.string({ unit: "grapheme" });

  test("both accept what is signed, and neither what is changed", async () => {
    await fc.assert(
      fc.asyncProperty(texts, keys, texts, keys, async (text, key, otherText, otherKey) => {
        const header = headerFor(text, key);
        for (const [claimed, with_] of [
          [text, key],
          [otherText, key],
          [text, otherKey],
        ] as const) {
          const verdict = await bySdk(claimed, with_, header);
          expect(byUs(claimed, with_, header)).toBe(verdict);
          expect(verdict).toBe(claimed === text && with_ === key);
        }
      }),
      { numRuns: 50 },
    );
  });

  test.each([
    ["upper case", (header: string) => header.toUpperCase().replace("TS=", "ts=").replace("H1=", "h1=")],
    ["a blank after the semicolon", (header: string) => header.replace(";", "; ")],
    ["no ts", (header: string) => header.slice(header.indexOf("h1="))],
    ["no h1", (header: string) => header.slice(0, header.indexOf(";"))],
  ])("both refuse %s", async (_, change) => {
    const header = change(headerFor("{}", secret));
    expect(await bySdk("{}", secret, header)).toBe(false);
    expect(byUs("{}", secret, header)).toBe(false);
  });

  describe("named differences: where the SDK is wrong", () => {
    test("it looks at the last h1 only", async () => {
      const header = `${headerFor("{}", secret)};h1=${otherHmac}`;
      expect(await bySdk("{}", secret, header)).toBe(false);
      expect(byUs("{}", secret, header)).toBe(true);
    });

    test("it accepts a signature of next year", async () => {
      const header = headerFor("{}", secret, -365 * 86_400);
      expect(await bySdk("{}", secret, header)).toBe(true);
      expect(byUs("{}", secret, header)).toBe(false);
    });

    test("it accepts an empty secret", async () => {
      const withEmpty = await emptyKeyHeader("{}", live());
      expect(await bySdk("{}", "", withEmpty)).toBe(true);
      expect(() => byUs("{}", "", withEmpty)).toThrow(BlankSecret);
    });

    test("it allows 5 seconds, whatever is configured", async () => {
      const header = headerFor("{}", secret, 60);
      const options = { secrets: defaults, toleranceSeconds: 300, now: live() };
      expect(await bySdk("{}", secret, header)).toBe(false);
      expect(paddle.verify({ body: Buffer.from("{}"), signature: header }, options).kind).toBe("verified");
    });

    test("it reads a number from a ts that is none", async () => {
      const header = headerFor("{}", secret).replace(";", "x;");
      expect(await bySdk("{}", secret, header)).toBe(true);
      expect(byUs("{}", secret, header)).toBe(false);
    });
  });
});

/** What our own signer refuses to make. */
async function emptyKeyHeader(text: string, at: Instant): Promise<string> {
  const { createHmac } = await import("node:crypto");
  const timestamp = at / fromUnixSeconds(1);
  return `ts=${timestamp};h1=${createHmac("sha256", "").update(`${timestamp}:${text}`).digest("hex")}`;
}
