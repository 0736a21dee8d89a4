import { readFileSync } from "node:fs";
import { join } from "node:path";
import { audit } from "../../src/services/audit/audit.ts";
import { engines } from "../support/engines.ts";
import { projectRoot } from "../support/project-root.ts";
import { closeAll, composed } from "./composed.ts";

afterEach(closeAll);

/** A transaction that spent 15.00 of its customer's credit, told again with something else said of it. */
const seed = readFileSync(join(projectRoot, "fixtures/paddle/transaction.completed/seed.json"), "utf8");
function told(id: string, of: { type?: string; at?: string; data: object }) {
  const event = JSON.parse(seed);
  const { type = event.event_type, at = event.occurred_at, data } = of;
  return { ...event, event_id: id, event_type: type, occurred_at: at, data: { ...event.data, ...data } };
}

describe.each(engines)(
  "an event that names another customer than its charge has, on $name",
  ({ freshDatabaseUrl }) => {
    test.each([
      ["an earlier one", { type: "transaction.paid", data: { status: "paid", customer_id: "ctm_other" } }],
      ["a later one", { at: "2023-10-18T12:00:00Z", data: { customer_id: "ctm_other" } }],
    ])("is applied, and the credit is the customer's whose the charge is: %s", async (_, of) => {
      const { tallyhook, receive } = await composed(await freshDatabaseUrl());
      for (const event of [told("evt_1", { data: {} }), told("evt_2", of), told("evt_3", { data: {} })])
        expect(await receive(event)).toMatchObject({ outcome: "applied" });
      expect(await audit(tallyhook.services)).toMatchObject({ ok: true, problems: [] });
    });
  },
);
