import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { optionOf, setting } from "../../src/domain/setting.ts";
import { createTallyhook } from "../../src/library.ts";
import { projectRoot } from "../support/project-root.ts";

/** Who reads these has variables: they are the commands', or said of mistakes, which are told in the options' words. */
const withVariables =
  /^(?:cli|simulator)\/|^(?:config|tallyhook|domain\/setting|library\/options|index|store\/engine\/migrate|services\/charges\/policies)\.ts$/;

test("whatever may be read within an app names the option beside the variable", () => {
  const said = new RegExp(`\\b(?:${Object.keys(optionOf).join("|")})\\b|\\}_(?:WEBHOOK_SECRET|API_KEY)\\b`);
  const alone = readdirSync(join(projectRoot, "src"), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name) && !withVariables.test(name))
    .flatMap((name) =>
      readFileSync(join(projectRoot, "src", name), "utf8")
        .split("\n")
        .map((line, index) => ({ at: `${name}:${index + 1}`, line }))
        .filter(({ line }) => said.test(line) && !/^\s*(?:\/\*|\*|\/\/)/.test(line))
        .filter(({ line }) => !/setting\([`"]|in an app/.test(line))
        .map(({ at, line }) => `${at} ${line.trim()}`),
    );
  expect(alone).toEqual([]);
  expect(setting("STRIPE_API_KEY")).toBe("STRIPE_API_KEY (in an app: the option stripe.apiKey)");
  expect(setting("PUBLIC_URL")).toBe("PUBLIC_URL");
});

test("an app is configured by its options alone: neither the environment nor .env is read", async () => {
  process.env.PADDLE_WEBHOOK_SECRET = "pdl_ntfset_of-the-environment";
  process.env.TALLYHOOK_MODE = "nonsense";
  try {
    const tallyhook = await createTallyhook({ databaseUrl: "sqlite::memory:", workers: false });
    const request = new Request("http://localhost/webhooks/paddle", { method: "POST", body: "{}" });
    const answer = await tallyhook.handleWebhook(request);
    const { code, detail } = await answer.json();
    expect([answer.status, code]).toEqual([503, "provider_not_configured"]);
    expect(detail).toMatch(
      /^Set PADDLE_WEBHOOK_SECRET \(in an app: the option paddle\.webhookSecrets\) to the secret/,
    );
    await tallyhook.close();
  } finally {
    delete process.env.PADDLE_WEBHOOK_SECRET;
    delete process.env.TALLYHOOK_MODE;
  }
});
