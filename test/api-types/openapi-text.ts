import { createHash } from "node:crypto";
import { readConfig } from "../../src/config.ts";
import { operationsOf } from "../../src/http/app.ts";
import { describeApi } from "../../src/http/kit/documentation.ts";
import { compose } from "../../src/tallyhook.ts";

/** The API's description of itself, and the hash of it but for the version. */
export async function openApiText(): Promise<{ readonly text: string; readonly hash: string }> {
  const tallyhook = await compose(
    readConfig({
      DATABASE_URL: "sqlite::memory:",
      PADDLE_WEBHOOK_SECRET: "pdl_ntfset_of-the-types",
      STRIPE_WEBHOOK_SECRET: "whsec_of-the-types",
    }),
    { logger: { info: () => {}, warn: () => {}, error: () => {} } },
  );
  try {
    const { info, ...described } = describeApi(operationsOf(tallyhook.services));
    const unversioned = JSON.stringify({ ...described, info: { ...info, version: "" } });
    return {
      text: JSON.stringify({ info, ...described }),
      hash: createHash("sha256").update(unversioned).digest("hex"),
    };
  } finally {
    await tallyhook.close();
  }
}
