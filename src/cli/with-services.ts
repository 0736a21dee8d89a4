import type { Config } from "../config.ts";
import type { Services } from "../services/services.ts";
import { compose } from "../tallyhook.ts";
import { quietLog } from "./output.ts";

/** Runs one command on the services that the configuration describes, and lets the database go after it. */
export async function withServices<Result>(
  config: Config,
  run: (services: Services) => Promise<Result>,
): Promise<Result> {
  const tallyhook = await compose(config, { logger: quietLog() });
  try {
    return await run(tallyhook.services);
  } finally {
    await tallyhook.close();
  }
}
