import type { Config } from "../config.ts";
import type { Services } from "../services/services.ts";
import { compose, whileAvailable } from "../tallyhook.ts";
import { quietLog } from "./output.ts";

/**
 * Runs one command on the services that the configuration describes, and lets the database go after it. Of a command that
 * books what providers tell, the policy that is configured is in force from then on, as of a server that starts.
 */
export async function withServices<Result>(
  config: Config,
  run: (services: Services) => Promise<Result>,
  { putsPolicyInForce }: { readonly putsPolicyInForce: boolean } = { putsPolicyInForce: false },
): Promise<Result> {
  const tallyhook = await compose(config, { logger: quietLog(), putsPolicyInForce });
  try {
    return await whileAvailable(tallyhook.services.store, () => run(tallyhook.services));
  } finally {
    await tallyhook.close();
  }
}
