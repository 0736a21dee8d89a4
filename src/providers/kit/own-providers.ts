import type { OwnProvider } from "../../domain/ids.ts";
import { paddle } from "../paddle/paddle.ts";
import type { Provider } from "../provider.ts";
import { stripe } from "../stripe/stripe.ts";

/** Those that come with Tallyhook. */
export const ownProviders: Readonly<Record<OwnProvider, Provider>> = { paddle, stripe };
