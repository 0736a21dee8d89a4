import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Running, seed, startTallyhook } from "../http/running.ts";
import { engines } from "../support/engines.ts";
import { projectRoot } from "../support/project-root.ts";
import type { components, paths } from "./openapi.d.ts";
import { openApiText } from "./openapi-text.ts";

test("the types are made from the API's description as it is (npm run api-types)", async () => {
  const types = readFileSync(join(projectRoot, "test/api-types/openapi.d.ts"), "utf8");
  expect(types).toContain((await openApiText()).hash);
});

type Charges = paths["/v1/charges"]["get"]["responses"][200]["content"]["application/json"];
type Refused = components["schemas"]["Problem"];

describe("a client that was typed by the description", () => {
  let running: Running;
  beforeAll(async () => {
    const [sqlite] = engines;
    running = await startTallyhook((await sqlite?.freshDatabaseUrl()) ?? "");
    await running.post(seed);
  });
  afterAll(() => running.close());

  test("reads a charge field by field", async () => {
    const { body } = await running.get<Charges>("/v1/charges");
    const [charge] = body.data;
    const paid: string | null | undefined = charge?.grand_total;
    const kept: "USD" | string | undefined = charge?.settlement?.currency;
    expect([paid, charge?.topped_up, kept, charge?.payment_method?.last4]).toEqual([
      "499",
      "499",
      "USD",
      "4242",
    ]);
    expect(body.next_cursor).toBeNull();
  });

  test("and what is refused", async () => {
    const { body } = await running.get<Refused>("/v1/charges?limit=201");
    const code: Refused["code"] = body.code;
    expect([code, body.status]).toEqual(["limit_invalid", 400]);
  });
});
