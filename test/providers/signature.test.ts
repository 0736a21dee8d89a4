import { fromUnixSeconds } from "../../src/domain/time.ts";
import { signatureOf, verifySignature } from "../../src/providers/kit/signature.ts";

const body = Buffer.from("{}");
const timestamp = "1790000000";
const options = {
  secrets: [{ account: "default", secret: "whsec_example" }],
  toleranceSeconds: 300,
  now: fromUnixSeconds(1_790_000_000),
};
const verify = (signatures: string[], separator: ":" | "." = ":") =>
  verifySignature({ provider: "Somebody", timestamp, separator, signatures, body }, options);
const right = signatureOf({ timestamp, separator: ":", body }, "whsec_example");

test("one right signature among any number of wrong ones is enough", () => {
  expect(verify([...Array.from({ length: 100 }, () => "0".repeat(64)), right]).kind).toBe("verified");
});

test.each([
  ["none", []],
  ["one of another length", [right.slice(0, 32)]],
  ["one that is no hexadecimal", ["zz".repeat(32)]],
  ["an empty one", [""]],
])("%s is a mismatch and no crash", (_, signatures) => {
  expect(verify(signatures)).toMatchObject({ kind: "refused", code: "signature_mismatch" });
});

test("the separator is part of what is signed", () => {
  expect(verify([right], ".")).toMatchObject({ code: "signature_mismatch" });
});

test("without a secret nothing matches", () => {
  const none = { ...options, secrets: [] };
  expect(
    verifySignature({ provider: "Somebody", timestamp, separator: ":", signatures: [right], body }, none),
  ).toMatchObject({
    code: "signature_mismatch",
    detail: expect.stringContaining("any of 0 configured secrets"),
  });
});
