/** What an app needs to know to bring a provider of its own: the port, and the facts it gives. */
export type * from "../../domain/facts/facts.ts";
export type * from "../../domain/facts/linked-facts.ts";
export type * from "../../providers/provider.ts";
