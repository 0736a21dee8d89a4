import { networkOf, type TrustedProxies } from "../http/kit/client-address.ts";
import { type Authenticate, nameAndRole, whoAsks } from "../http/kit/who-asks.ts";
import { hashedAddress, installationKey, keyedHash } from "../services/people/sessions.ts";
import type { ServingServices } from "../services/services.ts";
import type { Gate } from "./gate.ts";
import { consoleRoles } from "./kit/page.ts";

export interface AppGateOptions {
  readonly services: ServingServices;
  readonly proxies: TrustedProxies;
  readonly authenticate: Authenticate;
  /** Where the app signs people out; `null` if it does not say. */
  readonly signOutUrl: string | null;
}

/**
 * Lets in whom the app lets in that the console is part of: it has its own sessions, and ours are off. Forms are bound to the name
 * and role of who asked for the page, so that they hold on every machine: under `TOKEN_SECRET`, of which the first signs and all are
 * taken, or where there is none under the installation's key.
 */
export function appGate({ services, proxies, authenticate, signOutUrl }: AppGateOptions): Gate {
  return {
    admit: async (request) => {
      const asking = await whoAsks(authenticate, request, services.log);
      if (asking.kind === "nobody") return asking;
      const person = nameAndRole(asking.given, consoleRoles, services.log);
      const of = JSON.stringify([person.name, person.role]);
      const { secrets } = services.tokens;
      const keys =
        secrets.length > 0 ? secrets.map((secret) => Buffer.from(secret)) : [await installationKey(services)];
      const [formKey = "", ...otherFormKeys] = keys.map((key) => keyedHash(key, "console form", of));
      return {
        kind: "person",
        person,
        // Where no browser sends what says who asks by itself, a form may come from anywhere; its token it needs all the same.
        isSameOrigin: !asking.isFromElsewhere,
        formKey,
        otherFormKeys,
        signOut: signOutUrl === null ? { kind: "none" } : { kind: "link", url: signOutUrl },
      };
    },
    routes: null,
    addressOf: (request) => hashedAddress(services, networkOf(proxies.clientOf(request))),
  };
}
