import { join } from "node:path";
import { readConfig } from "../../src/config.ts";
import { systemClock } from "../../src/domain/time.ts";
import { type AuditReport, audit } from "../../src/services/audit/audit.ts";
import { compose, signatureHeader } from "../../src/tallyhook.ts";
import { projectRoot } from "../support/project-root.ts";
import { MutatedBodies, randomOf } from "./mutate.ts";

const secret = "of-mutated-bodies-alone";

export interface Posted {
  readonly outcomes: Readonly<Record<string, number>>;
  /** Answers that no signed body may get: 5xx, `failed`, and 4xx but for an envelope that is none. */
  readonly wrong: readonly {
    readonly answer: string;
    readonly changed: readonly string[];
    readonly body: string;
  }[];
  readonly audit: AuditReport;
}

/** Posts so many mutations of the recorded bodies to a server of its own, signed, one after the other. */
export async function postMutated(
  databaseUrl: string,
  { seed, count }: { seed: number; count: number },
): Promise<Posted> {
  const secrets = { PADDLE_WEBHOOK_SECRET: secret, STRIPE_WEBHOOK_SECRET: secret };
  const config = readConfig({ DATABASE_URL: databaseUrl, PORT: "0", LOG_LEVEL: "silent", ...secrets });
  const tallyhook = await compose(config, { retryEveryMilliseconds: 3_600_000 });
  const server = await tallyhook.listen();
  const bodies = new MutatedBodies(randomOf(seed), join(projectRoot, "fixtures"));
  const outcomes: Record<string, number> = {};
  const wrong: Posted["wrong"][number][] = [];
  try {
    for (let index = 0; index < count; index++) {
      const { provider, body, changed } = bodies.next();
      const { name, value } = signatureHeader(provider, body, { secret, at: systemClock.now() });
      const headers = { "content-type": "application/json", [name]: value };
      const response = await fetch(`${server.url}/webhooks/${provider}`, {
        method: "POST",
        body: Buffer.from(body),
        headers,
      });
      const said = (await response.json()) as { outcome?: string; reason?: string; code?: string };
      const answer = said.outcome ?? `${response.status} ${said.code}`;
      outcomes[answer] = (outcomes[answer] ?? 0) + 1;
      const isRight = response.status === 200 ? said.outcome !== "failed" : answer === "400 envelope_invalid";
      if (!isRight) wrong.push({ answer: `${answer} ${said.reason}`, changed, body: body.toString() });
    }
    return { outcomes, wrong, audit: await audit(tallyhook.services) };
  } finally {
    await server.stop();
    await tallyhook.close();
  }
}
