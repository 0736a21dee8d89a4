import { readFileSync } from "node:fs";
import { join } from "node:path";
import { policySchema, readPolicy } from "../../src/services/charges/read-policy.ts";
import { createTestTallyhook, fixture } from "../../src/testing/index.ts";
import { projectRoot } from "../support/project-root.ts";

const text = readFileSync(join(projectRoot, "docs/policy.md"), "utf8");
const policies = [...text.matchAll(/```json\n([\s\S]+?)```(?:\n\n→ the wallet gets (\d+)\.)?/g)].map(
  ([, json = "", gets]) => ({ policy: JSON.parse(json), gets }),
);

test("every policy that the reference shows is one", () => {
  expect(policies.length).toBeGreaterThan(4);
  expect(policies.map(({ policy }) => readPolicy(policy).kind)).toEqual(policies.map(() => "policy"));
});

test.each(policies.filter(({ gets }) => gets !== undefined))(
  "the seed charge gives the wallet what the reference says: $gets",
  async ({ policy, gets = "" }) => {
    const tallyhook = await createTestTallyhook({ policy });
    const { outcome } = await tallyhook.post(fixture("paddle/transaction.completed/seed"));
    expect(outcome).toBe("applied");
    const { data: wallets } = await tallyhook.owner("paddle:ctm_abc123").wallets();
    expect(wallets.reduce((sum, { balance }) => sum + balance, 0n)).toBe(BigInt(gets));
    await tallyhook.close();
  },
);

/** Of a JSON schema, wherever they stand. */
function fieldsOf(schema: unknown): string[] {
  if (typeof schema !== "object" || schema === null) return [];
  const { properties = {}, ...others } = schema as { properties?: Record<string, unknown> };
  return [...Object.keys(properties), ...Object.values({ ...properties, ...others }).flatMap(fieldsOf)];
}

test("every field is in the reference, and the reference has no other", () => {
  const rows = text.split("\n").filter((line) => line.startsWith("| `"));
  const named = rows.flatMap((row) =>
    [...(row.split("|")[1] ?? "").matchAll(/`([^`]+)`/g)].map(([, path = ""]) => path.replace(/^.*[.…]/, "")),
  );
  const fields = new Set(fieldsOf(policySchema()));
  // What providers are called is a key of `settle_on` and `owner_from`, and no field.
  for (const provider of ["paddle", "stripe"]) fields.delete(provider);
  expect([...new Set(named)].sort()).toEqual([...fields].sort());
});
