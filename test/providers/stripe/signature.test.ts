import fc from "fast-check";
import Stripe from "stripe";
import { fromUnixMilliseconds, fromUnixSeconds, type Instant } from "../../../src/domain/time.ts";
import { BlankSecret } from "../../../src/providers/kit/signature.ts";
import type { Secret, Verification } from "../../../src/providers/provider.ts";
import { stripe } from "../../../src/providers/stripe/stripe.ts";
import { fixture } from "./bodies.ts";

const secret = "whsec_0kexample_Zq7";
const now = fromUnixSeconds(1_790_000_000);
const body = Buffer.from(JSON.stringify(fixture("invoice.paid/renewal-2020")));
const right = stripe.sign(body, { secret, at: now });
const hmac = right.slice(right.indexOf("v1=") + 3);
const otherHmac = "0".repeat(64);
const defaults: Secret[] = [{ account: "default", secret }];

function verify(
  signature: string | undefined,
  changes: { body?: Uint8Array; secrets?: Secret[]; now?: Instant; toleranceSeconds?: number } = {},
) {
  const { secrets = defaults, toleranceSeconds = 300 } = changes;
  return stripe.verify(
    { body: changes.body ?? body, signature },
    { secrets, toleranceSeconds, now: changes.now ?? now },
  );
}

const outcome = (verification: Verification) =>
  verification.kind === "refused" ? verification.code : verification.kind;
const secondsFromNow = (seconds: number): Instant => now + fromUnixSeconds(seconds);

test.each<[string, string | undefined, string]>([
  ["what the signer gives", right, "verified"],
  ["no header", undefined, "signature_missing"],
  ["an empty header", "", "signature_missing"],
  [
    "one of a secret that is rolled out, then the right one",
    `t=1790000000,v1=${otherHmac},v1=${hmac}`,
    "verified",
  ],
  ["the right one, then another", `t=1790000000,v1=${hmac},v1=${otherHmac}`, "verified"],
  ["the right one beside a v0", `t=1790000000,v1=${hmac},v0=${otherHmac}`, "verified"],
  ["the parts in the other order", `v1=${hmac},t=1790000000`, "verified"],
  ["the right digest as v0 only", `t=1790000000,v0=${hmac}`, "signature_malformed"],
  ["another digest", `t=1790000000,v1=${otherHmac}`, "signature_mismatch"],
  ["another time than the signed one", `t=1790000001,v1=${hmac}`, "signature_mismatch"],
  ["no t", `v1=${hmac}`, "signature_malformed"],
  ["two t", `t=1790000000,t=1790000000,v1=${hmac}`, "signature_malformed"],
  ["a t that is no number", `t=now,v1=${hmac}`, "signature_malformed"],
  ["a negative t", `t=-1,v1=${hmac}`, "signature_malformed"],
  ["a t of a thousand digits", `t=${"9".repeat(1000)},v1=${hmac}`, "signature_malformed"],
  ["no v1", "t=1790000000", "signature_malformed"],
  ["an empty v1", "t=1790000000,v1=", "signature_malformed"],
  ["a digest in upper case", `t=1790000000,v1=${hmac.toUpperCase()}`, "signature_malformed"],
  ["a digest cut short", `t=1790000000,v1=${hmac.slice(2)}`, "signature_malformed"],
  ["Paddle's form", `ts=1790000000;h1=${hmac}`, "signature_malformed"],
])("%s", (_, header, expected) => {
  expect(outcome(verify(header))).toBe(expected);
});

test.each([
  ["a tampered amount", Buffer.from(body.toString().replace("3451", "9451"))],
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
])("a clock that is %i seconds ahead of the signature: %s", (seconds, expected) => {
  expect(outcome(verify(right, { now: secondsFromNow(seconds) }))).toBe(expected);
});

test("any secret may match, and names its account", () => {
  const secrets = [
    { account: "old", secret: "whsec_old" },
    { account: "eu", secret },
  ];
  expect(verify(right, { secrets })).toEqual({ kind: "verified", account: "eu" });
  const signedByOld = stripe.sign(body, { secret: "whsec_old", at: now });
  expect(verify(signedByOld, { secrets })).toEqual({ kind: "verified", account: "old" });
});

test("a refusal teaches the remedy and shows no secret", () => {
  const refusal = verify(`t=1790000000,v1=${otherHmac}`);
  expect(refusal).toMatchObject({
    detail: expect.stringContaining("No Stripe signature in the header matched any of 1 configured secret."),
  });
  expect(JSON.stringify(refusal)).not.toContain(secret);
  expect(verify("t=1790000000,v0=abc")).toMatchObject({ detail: expect.stringContaining("v1=<64") });
});

test.each(["", " ", "\t\n"])(
  "a blank secret (%j) is refused before anything can be verified with it",
  (blank) => {
    const secrets = [...defaults, { account: "eu", secret: blank }];
    expect(() => verify(right, { secrets })).toThrow(BlankSecret);
    expect(() => stripe.sign(body, { secret: blank, at: now })).toThrow(BlankSecret);
  },
);

describe("held against the verifier and the signer of Stripe's SDK", () => {
  const { webhooks } = new Stripe("sk_test_of_nobody");
  const atMilliseconds = 1_790_000_000_000;
  const text = body.toString();

  function bySdk(
    claimed: string,
    header: string,
    { key = secret, tolerance = 300, at = atMilliseconds } = {},
  ) {
    try {
      webhooks.constructEvent(claimed, header, key, tolerance, undefined, at);
      return true;
    } catch {
      return false;
    }
  }

  function byUs(
    claimed: string,
    header: string,
    { key = secret, tolerance = 300, at = atMilliseconds } = {},
  ) {
    const secrets = [{ account: "default", secret: key }];
    const options = {
      body: Buffer.from(claimed),
      secrets,
      toleranceSeconds: tolerance,
      now: fromUnixMilliseconds(at),
    };
    return verify(header, options).kind === "verified";
  }

  const keys = fc.string({ minLength: 1 }).filter((key) => key.trim() !== "" && key.isWellFormed());
  /** The SDK parses what it verified, so these are JSON. */
  const bodies = fc.string({ unit: "grapheme" }).map((value) => JSON.stringify({ object: "event", value }));

  test("both sign alike", () => {
    fc.assert(
      fc.property(bodies, keys, (payload, key) => {
        const theirs = webhooks.generateTestHeaderString({ payload, secret: key, timestamp: 1_790_000_000 });
        expect(stripe.sign(Buffer.from(payload), { secret: key, at: now })).toBe(theirs);
      }),
    );
  });

  test("both accept what is signed, and neither what is changed", () => {
    fc.assert(
      fc.property(bodies, keys, bodies, keys, (payload, key, otherPayload, otherKey) => {
        const header = webhooks.generateTestHeaderString({ payload, secret: key, timestamp: 1_790_000_000 });
        for (const [claimed, with_] of [
          [payload, key],
          [otherPayload, key],
          [payload, otherKey],
        ] as const) {
          const verdict = claimed === payload && with_ === key;
          expect(bySdk(claimed, header, { key: with_ })).toBe(verdict);
          expect(byUs(claimed, header, { key: with_ })).toBe(verdict);
        }
      }),
    );
  });

  test.each([
    ["the wrong one first", (header: string) => header.replace(",v1=", `,v1=${otherHmac},v1=`), true],
    ["the wrong one last", (header: string) => `${header},v1=${otherHmac}`, true],
    ["a v0 beside it", (header: string) => `${header},v0=${otherHmac}`, true],
    ["only a v0", (header: string) => header.replace("v1=", "v0="), false],
    ["upper case", (header: string) => header.replace(hmac, hmac.toUpperCase()), false],
    ["a blank after the comma", (header: string) => header.replace(",", ", "), false],
    ["no t", (header: string) => header.slice(header.indexOf("v1=")), false],
    ["no v1", (header: string) => header.slice(0, header.indexOf(",")), false],
  ])("%s: both say the same", (_, change, expected) => {
    expect(bySdk(text, change(right))).toBe(expected);
    expect(byUs(text, change(right))).toBe(expected);
  });

  test.each([299, 300, 301])("a signature of %i seconds ago: both say the same", (age) => {
    const at = atMilliseconds + age * 1000;
    expect(bySdk(text, right, { at })).toBe(age <= 300);
    expect(byUs(text, right, { at })).toBe(age <= 300);
  });

  describe("named differences: where the SDK accepts too much", () => {
    test("a signature of next year", () => {
      const at = atMilliseconds - 365 * 86_400_000;
      expect(bySdk(text, right, { at })).toBe(true);
      expect(byUs(text, right, { at })).toBe(false);
    });

    test("any age, at a tolerance of 0", () => {
      const at = atMilliseconds + 365 * 86_400_000;
      expect(bySdk(text, right, { at, tolerance: 0 })).toBe(true);
      expect(byUs(text, right, { at, tolerance: 0 })).toBe(false);
    });

    test("a t that is followed by something else", () => {
      const header = right.replace(",", "x,");
      expect(bySdk(text, header)).toBe(true);
      expect(byUs(text, header)).toBe(false);
    });
  });
});
