import { type Environment, readConfig } from "../../src/config.ts";
import type { OwnProvider } from "../../src/domain/ids.ts";
import type { Clock, Instant } from "../../src/domain/time.ts";
import type { PolicyInput } from "../../src/services/charges/policy-input.ts";
import { type PolicyTerms, readPolicy } from "../../src/services/charges/read-policy.ts";
import { type Received, receive } from "../../src/services/inbox/receive.ts";
import type { Logger } from "../../src/services/kit/log.ts";
import { type Composition, compose, signatureHeader } from "../../src/tallyhook.ts";
import { type Line, type Sale, totalsOf, transactionBody } from "../support/paddle-bodies.ts";
import { installationKey } from "../support/wallet-ids.ts";

const secrets = { paddle: "pdl_ntfset_of-the-services-tests", stripe: "whsec_of-the-services-tests" };
const second: Instant = 1_000_000_000n;
const start: Instant = 1_767_571_200_000_000_000n;

/** A clock that is moved by hand. */
export class MovedClock implements Clock {
  #now = start;
  now = (): Instant => this.#now;
  advance(seconds: number): void {
    this.#now += BigInt(seconds) * second;
  }
}

/** The composed program, with what tests do to it; what is opened is closed by {@link closeAll}. */
export interface Composed {
  readonly tallyhook: Composition;
  readonly clock: MovedClock;
  /** What was logged as an error. */
  readonly errors: string[];
  /** Delivers an event, or the bytes of one, signed as Paddle does unless told otherwise. */
  receive(event: object | Buffer, provider?: OwnProvider): Promise<Received>;
}

const open: Composition[] = [];

export async function closeAll(): Promise<void> {
  for (const tallyhook of open.splice(0)) await tallyhook.close();
}

export async function composed(
  databaseUrl: string,
  {
    environment = {},
    policy,
    clock = new MovedClock(),
    ...options
  }: {
    environment?: Environment;
    /** As its author writes it. */
    policy?: PolicyInput;
    clock?: MovedClock;
    retryEveryMilliseconds?: number;
    deliverEveryMilliseconds?: number;
  } = {},
): Promise<Composed> {
  const errors: string[] = [];
  const logger: Logger = { info: () => {}, warn: () => {}, error: (_, message) => errors.push(message) };
  const config = readConfig({
    PORT: "0",
    DATABASE_URL: databaseUrl,
    INSTALLATION_KEY: installationKey,
    PADDLE_WEBHOOK_SECRET: secrets.paddle,
    STRIPE_WEBHOOK_SECRET: secrets.stripe,
    ...environment,
  });
  const terms = policy === undefined ? config.policy : termsIn(policy);
  const tallyhook = await compose({ ...config, policy: terms }, { logger, clock, ...options });
  open.push(tallyhook);
  return {
    tallyhook,
    clock,
    errors,
    receive: (event, provider = "paddle") => {
      const body = Buffer.isBuffer(event) ? event : Buffer.from(JSON.stringify(event));
      const secret = secrets[provider];
      const signature = signatureHeader(provider, body, { secret, at: clock.now() })?.value;
      return receive(tallyhook.services, { provider, body, signature, receivedAt: clock.now() });
    },
  };
}

function termsIn(policy: PolicyInput): PolicyTerms {
  const reading = readPolicy(policy);
  if (reading.kind === "mistakes") throw new Error(JSON.stringify(reading.mistakes));
  return reading.terms;
}

/** A line without tax. */
export function lineOf(id: string, price: string, total: number): Line {
  return { id, price, quantity: 1, totals: { subtotal: total, discount: 0, tax: 0, total } };
}

export function saleOf(index: number, lines: readonly Line[], of: Partial<Sale> = {}): Sale {
  return { index, customer: 1, lines, creditPart: 0, payoutRate: null, manual: false, ...of };
}

/** `txn_<index>` as Paddle would tell it, paid in full in one attempt. */
export function transactionEvent(sale: Sale, status = "completed", type = `transaction.${status}`) {
  const { grandTotal } = totalsOf(sale);
  const state = { status, poorer: false, captured: grandTotal > 0 ? [grandTotal] : [], lowered: 0 };
  return eventOf(type, `${sale.index}_${type}`, transactionBody(sale, state));
}

export function eventOf(type: string, name: string, data: Record<string, unknown>) {
  return {
    event_id: `evt_${name}`,
    event_type: type,
    occurred_at: "2026-01-04T00:00:00Z",
    notification_id: `ntf_${name}`,
    data,
  };
}
