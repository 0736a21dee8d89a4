import type { Config } from "../../config.ts";
import type { Actor } from "../../domain/action.ts";
import { actingAs } from "../../services/people/acting.ts";
import type { Services } from "../../services/services.ts";
import { compose, whileAvailable } from "../../tallyhook.ts";
import { personOf } from "./command.ts";
import { quietLog } from "./output.ts";

export interface CommandOptions {
  readonly putsPolicyInForce?: boolean;
  /** Who says that they decide. */
  readonly by?: string | undefined;
}

/** Nobody is asked to prove it: the trail says that it was at the command line. */
function actorCalled(name: string): Actor {
  return { kind: "command", name, role: null, requestId: null, address: null, formId: null };
}

/**
 * Runs one command on the services that the configuration describes, and lets the database go after it. Of a command that
 * books what providers tell, the policy that is configured is in force from then on, as of a server that starts.
 */
export async function withServices<Result>(
  config: Config,
  run: (services: Services) => Promise<Result>,
  { putsPolicyInForce = false, by }: CommandOptions = {},
): Promise<Result> {
  const tallyhook = await compose(config, { logger: quietLog(), putsPolicyInForce });
  try {
    const services = actingAs(tallyhook.services, actorCalled(personOf(by)));
    return await whileAvailable(services.store, () => run(services));
  } finally {
    await tallyhook.close();
  }
}
