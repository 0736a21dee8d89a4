import { type OwnProvider, providerNames } from "../../domain/ids.ts";
import { type Faults, faultNames, usualFaults } from "../../simulator/faults.ts";
import {
  type Misbehaviour,
  misbehaviours,
  usualMisbehaviour,
} from "../../simulator/stand-in/misbehaviour.ts";
import { jsonOption, type Options, UsageError, type Values } from "./command.ts";
import { readUrl } from "./read-url.ts";

/** What `simulate` is asked for, checked. */
export interface SimulateOptions {
  readonly customers: number;
  readonly months: number;
  readonly seed: string;
  readonly providers: readonly OwnProvider[];
  /** Whether some buy from Stripe itself. */
  readonly stripeSells: boolean;
  readonly faults: Faults;
  /** A folder to write the world into. */
  readonly out: string | null;
  /** A folder to write the reports into that finance could download. */
  readonly reports: string | null;
  /** A file to write the policy into that says what the company's meters cost. */
  readonly policyOut: string | null;
  /** A server to post the events to; `check` compares its books afterwards. */
  readonly url: string | null;
  /** With it, what customers used is told too, once every event was posted. */
  readonly apiKey: string | null;
  readonly check: boolean;
  /** How many things are made wrong on purpose, for reconciling to find. */
  readonly breaks: number;
  /** The port of a stand-in for the providers' APIs. */
  readonly serve: number | null;
  readonly misbehaviour: Misbehaviour;
  readonly json: boolean;
}

export const simulateFlags = {
  customers: { type: "string", takes: "N", says: "how many there are", default: "50" },
  months: { type: "string", takes: "M", says: "for how long", default: "6" },
  seed: { type: "string", takes: "S", says: "the same seed makes the same world", default: "1" },
  providers: { type: "string", takes: "LIST", says: "paddle, stripe or both", default: "paddle,stripe" },
  "managed-payments": {
    type: "boolean",
    says: "some buy from Stripe itself, as the merchant of record of those sales",
  },
  out: { type: "string", takes: "FOLDER", says: "write events, usage and the true books into it" },
  reports: { type: "string", takes: "FOLDER", says: "write the reports into it that finance would download" },
  "policy-out": {
    type: "string",
    takes: "FILE",
    says: "write the policy file that a server needs: what meters cost",
  },
  url: { type: "string", takes: "URL", says: "post the events to this server" },
  "api-key": { type: "string", takes: "KEY", says: "with --url: tell it the usage too, by this key" },
  check: { type: "boolean", says: "with --url: compare the server's books with the true ones" },
  faults: {
    type: "string",
    takes: "LIST",
    says: `what goes wrong on the way, each with =probability or its usual one: ${faultNames.join(", ")}`,
  },
  breaks: {
    type: "string",
    takes: "N",
    says: "make so many things wrong on purpose, for reconciling to find",
  },
  serve: { type: "string", takes: "PORT", says: "stand in for the providers' APIs until told to stop" },
  misbehave: {
    type: "string",
    takes: "LIST",
    says: `what goes wrong when they are asked, likewise: ${misbehaviours.join(", ")}`,
  },
  json: jsonOption,
} as const satisfies Options;

/** @throws UsageError */
export function readSimulateOptions(values: Values<typeof simulateFlags>): SimulateOptions {
  const { seed, out = null, reports = null, check, serve, json } = values;
  const url = readUrl("--url", values.url);
  const apiKey = values["api-key"] ?? null;
  if (check && url === null) throw new UsageError("--check needs --url.");
  if (apiKey !== null && url === null) throw new UsageError("--api-key needs --url.");
  return {
    customers: count("customers", values.customers),
    months: count("months", values.months),
    seed,
    providers: readProviders(values.providers),
    stripeSells: values["managed-payments"] ?? false,
    faults: readProbabilities("faults", values.faults, faultNames, usualFaults),
    out,
    reports,
    policyOut: values["policy-out"] ?? null,
    url,
    apiKey,
    check,
    breaks: values.breaks === undefined ? 0 : count("breaks", values.breaks),
    serve: serve === undefined ? null : readPort(serve),
    misbehaviour: readProbabilities("misbehave", values.misbehave, misbehaviours, usualMisbehaviour),
    json,
  };
}

function count(name: string, text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text))
    throw new UsageError(`--${name} must be a whole number from 1 to 999999.`);
  return Number(text);
}

function readPort(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535)
    throw new UsageError("--serve must be a port; 0 picks one.");
  return Number(text);
}

function readProviders(text: string): OwnProvider[] {
  return text.split(",").map((name) => {
    const provider = providerNames.find((known) => known === name);
    if (provider === undefined)
      throw new UsageError(`--providers knows ${providerNames.join(", ")}, not ${name}.`);
    return provider;
  });
}

/** `drop,reorder=0.5`: what is named without a probability has its usual one. */
function readProbabilities<Name extends string>(
  flag: string,
  text: string | undefined,
  names: readonly Name[],
  usual: Readonly<Record<Name, number>>,
): Partial<Record<Name, number>> {
  const probabilities: Partial<Record<Name, number>> = {};
  for (const item of (text ?? "").split(",").filter((part) => part !== "")) {
    const [written, probability] = item.split("=");
    const name = names.find((known) => known === written);
    if (name === undefined) throw new UsageError(`--${flag} knows ${names.join(", ")}, not ${written}.`);
    const value = probability === undefined ? usual[name] : Number(probability);
    if (!(value >= 0 && value <= 1)) throw new UsageError(`--${flag} ${name} must be between 0 and 1.`);
    probabilities[name] = value;
  }
  return probabilities;
}
