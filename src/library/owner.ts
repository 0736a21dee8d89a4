import { z } from "zod";
import { RefusedInput, SpendingRefused } from "../domain/errors.ts";
import type { ChargeId, LimitId } from "../domain/ids.ts";
import { priceListOf } from "../domain/spending/rate.ts";
import { chargeQuery } from "../http/charges.ts";
import { linkAnswer, linkBody } from "../http/customers.ts";
import { name, reason } from "../http/kit/fields.ts";
import { pageJson } from "../http/kit/query.ts";
import { limitBody, limitOf } from "../http/limits.ts";
import { tokenBody } from "../http/tokens.ts";
import { type AssignRefusal, assign, whyNotAssigned } from "../services/charges/assign-charge.ts";
import { linkCustomer } from "../services/charges/link-customer.ts";
import { readCharge } from "../services/charges/read-charges.ts";
import { chargeFilterOf } from "../services/documents/charge.ts";
import { checkedQuery } from "../services/documents/parameters.ts";
import { tokenAnswer } from "../services/documents/token.ts";
import { usageAsked, usageReportQuery, usageSumAnswer } from "../services/documents/usage-report.ts";
import { limitAnswer } from "../services/documents/wallet.ts";
import { issueToken } from "../services/people/tokens.ts";
import { removeLimit, setLimit } from "../services/spending/set-limit.ts";
import { reportUsagePage } from "../services/spending/usage.ts";
import { chargeNoun } from "../store/charges/nouns/charge.ts";
import { listCharges } from "../store/charges/read/charges.ts";
import { walletNoun } from "../store/wallets/nouns/wallet.ts";
import { limitStanding, listLimits } from "../store/wallets/read/limits.ts";
import { listWallets } from "../store/wallets/read/wallets.ts";
import { answerOf, camelCase, type Page, pageOf } from "./answer.ts";
import type * as answers from "./answers.ts";
import { documentOf, type Moment, type PageAsked, readOwnerName, readPage, type Window } from "./asked.ts";
import type { Asking } from "./asking.ts";

/** One of the app's own customers, in all currencies and at all providers. It need not be known: then there is nothing. */
export interface Owner {
  /** As you call it, or `<provider>:<customer>` of a customer that nobody linked. */
  readonly owner: string;
  /** Wallets in all currencies. */
  wallets(asked?: PageAsked): Promise<Page<answers.Wallet>>;
  /** What providers asked this customer to pay, the newest first. */
  charges(asked?: ChargesAsked): Promise<Page<answers.Charge>>;
  /**
   * Says that a customer of a provider's is this owner's; what is left of that customer's charges moves to this owner's wallets.
   * Linking again the same way changes nothing.
   * @throws Refused `already_linked` (to another owner, and `move` was not asked for), `open_holds`
   */
  link(customer: Customer): Promise<answers.Link>;
  /**
   * Says that a charge whose customer nobody knows is this owner's: it tops up this owner's wallet as of when it settled, or once it
   * does. Said again the same way, it changes nothing.
   * @throws Refused `not_found`, or `has_owner` where its customer is known or it is another's
   */
  assign(charge: AssignedCharge): Promise<answers.Charge>;
  /** What it may spend in a period at most, and what of that is left, by their ids. */
  limits(asked?: PageAsked): Promise<Page<answers.Limit>>;
  /**
   * Sets a limit, by an id of yours. The same terms with another amount go on counting; other terms under the same id begin anew. What it
   * keeps from being covered is `limited`; nothing that was used is refused.
   * @throws SpendingRefused `unknown_meter`, `limit_elsewhere` (the id is of a limit of another owner or currency), `too_many_limits`
   */
  setLimit(limit: LimitAsked): Promise<answers.Limit>;
  /** Lets a limit go, and gives it as it was. @throws SpendingRefused `unknown_limit` */
  removeLimit(id: string): Promise<answers.Limit>;
  /**
   * A token for this owner's own page: with it a browser asks `/v1` for this owner's balance, wallets and statements, and nothing else.
   * It takes the option `tokenSecrets`.
   * @throws Refused `tokens_not_configured`
   */
  token(asked: TokenAsked): Promise<answers.OwnerToken>;
  /** What was used, by period, wallet, meter and member, without what was reversed. */
  usage(asked?: UsageReportAsked): Promise<Page<answers.UsageSum>>;
}

export interface AssignedCharge {
  /** `chg_…`, of a charge whose customer nobody knows. */
  readonly chargeId: string;
  /** Why: the trail says it years later. */
  readonly reason: string;
}

/** What an owner may spend at most. */
export interface LimitAsked {
  /** Yours, unique in the whole database: 1 to 255 printable characters without spaces. */
  readonly id: string;
  /** In capitals: `USD`. */
  readonly currency: string;
  /** What may be covered in a period, and held. */
  readonly amount: bigint;
  /** `total` never begins anew. */
  readonly period: "day" | "month" | "total";
  /** Of one meter; without it of all. */
  readonly meter?: string | null;
  /** Of one of those that spend for the owner; without it of all. */
  readonly member?: string | null;
  /** Where days and months begin, as the time zone database names it; `UTC` unless said otherwise. */
  readonly zone?: string;
  /** What happens before is neither counted nor limited: the beginning of the period, or of `total` now, unless said otherwise. */
  readonly from?: Moment | null;
}

export interface TokenAsked {
  /** For so many seconds, 60 to 3,600. */
  readonly expiresIn: number;
}

/** Which usage, and how it is summed. */
export interface UsageReportAsked extends Window, PageAsked {
  /** Of this meter alone. */
  readonly meter?: string;
  /** Of this one of those that spend for the owner. */
  readonly member?: string;
  /** `none` unless said otherwise. */
  readonly by?: "day" | "month" | "none";
  /** Where days and months begin; `UTC` unless said otherwise. */
  readonly zone?: string;
}

/** A customer as the provider names it. */
export interface Customer {
  /** `paddle`, `stripe`, or a provider of your own. */
  readonly provider: string;
  /** `ctm_…`, `cus_…`. */
  readonly customerRef: string;
  /** Where there are several accounts at one provider; `default` unless said otherwise. */
  readonly account?: string;
  /** `true` takes it from another owner; `false` leaves the value where it is. */
  readonly move?: boolean;
}

/** Which charges; all, if nothing is said. */
export interface ChargesAsked extends Window, PageAsked {
  /** `paddle`, `stripe`, or a provider of your own. */
  readonly provider?: string;
  /** Of this status alone. */
  readonly status?: answers.Charge["status"];
  /** Of what was taken back in this way alone. */
  readonly reversal?: answers.Charge["reversal"];
  /** In capitals: `USD`. */
  readonly currency?: string;
  /** The customer's id at the provider. */
  readonly customerRef?: string;
  /** The subscription's id at the provider. */
  readonly subscriptionRef?: string;
  /** The document's id at the provider. */
  readonly ref?: string;
  /** As the customer reads it. */
  readonly invoiceNumber?: string;
  /** Whose clock `from` and `to` are by: `effective` (when they settled, unless said otherwise), or `posted` (when something of them was booked here). */
  readonly clock?: "effective" | "posted";
}

/** @throws SpendingRefused if that is no owner */
export function ownerOf(asking: Asking, named: string): Owner {
  const owner = readOwnerName(named);
  return {
    owner,
    wallets: async (asked) => {
      const page = readPage("wallets", asked);
      const wallets = await asking.ask((services) => listWallets(services.store.read, { owner }, page));
      return pageOf(walletNoun, pageJson("wallets", wallets, walletNoun.toJson));
    },
    charges: async (asked = {}) => {
      const { limit, cursor, ...filter } = documentOf(chargeNames, asked);
      const page = readPage("charges", { ...(limit === undefined ? {} : { limit }), cursor });
      const {
        provider,
        from,
        to,
        clock,
        sums: _,
        ...words
      } = inOptionsWords(() => checkedQuery(filter as Record<string, string>, chargeQuery(asking.services)));
      const of = { ...chargeFilterOf(words), provider, from, to, clock, owner };
      const charges = await asking.ask((services) => listCharges(services.store.read, of, page));
      return pageOf(chargeNoun, { sums: null, ...pageJson("charges", charges, chargeNoun.toJson) });
    },
    link: async (customer) => {
      const body = { ...documentOf(["provider", "customerRef", "account", "move"], customer), owner };
      const { customer_ref, move = null, ...rest } = checked(linkBody(asking.services), body);
      const request = { ...rest, customerRef: customer_ref, move };
      const result = await asking.ask((services) => linkCustomer(services, request));
      if (result.kind === "linked")
        return answerOf(linkAnswer, linkAnswer.toJson({ ...request, moved: result.moved }));
      throw result.kind === "already_linked"
        ? new RefusedInput(
            result.kind,
            `customerRef: belongs to ${result.owner}; move: true gives it to another`,
          )
        : new RefusedInput(
            result.kind,
            `customerRef: wallet ${result.walletId} has value on hold; settle or release it`,
          );
    },
    assign: async (charge) => {
      const given = checked(givenCharge, documentOf(["chargeId", "reason"], charge));
      const request = { chargeId: given.charge_id as ChargeId, owner, reason: given.reason };
      const found = await asking.ask(async (services) => {
        const result = await assign(services, request);
        return result.kind === "assigned" || result.kind === "unchanged"
          ? readCharge(services, result.id)
          : result;
      });
      if (found === undefined || "kind" in found) throw notAssigned(found ?? { kind: "charge_unknown" });
      return answerOf(chargeNoun, chargeNoun.toJson(found.view));
    },
    limits: async (asked) => {
      const page = readPage("limits", asked);
      const limits = await asking.ask(({ store, clock }) =>
        listLimits(store.read, { owner }, page, clock.now()),
      );
      return pageOf(limitAnswer, pageJson("limits", limits, limitAnswer.toJson));
    },
    setLimit: async (limit) => {
      const { id, amount, ...rest } = documentOf(limitNames, limit);
      if (typeof amount !== "bigint" || amount < 0n) throw new SpendingRefused("amount_invalid");
      const body = checked(limitBody, { ...rest, owner, amount: String(amount) });
      const request = limitOf(limitIdOf(id), body);
      const result = await asking.ask(async (services) => {
        if (request.meter !== null && !priceListOf(services.policies.current).knows(request.meter))
          throw new SpendingRefused("unknown_meter");
        return setLimit(services, request);
      });
      if (result.kind !== "set") throw new SpendingRefused(result.kind);
      return answerOf(limitAnswer, limitAnswer.toJson(result.limit));
    },
    removeLimit: async (id) => {
      const known = limitIdOf(id);
      const result = await asking.ask(async (services) => {
        const { store, clock } = services;
        const limit = await limitStanding(store.read, known, clock.now());
        if (limit?.owner !== owner) throw new SpendingRefused("unknown_limit");
        return removeLimit(services, known);
      });
      if (result.kind === "limit_unknown") throw new SpendingRefused("unknown_limit");
      return answerOf(limitAnswer, limitAnswer.toJson(result.limit));
    },
    token: async (asked) => {
      const { expires_in } = checked(tokenBody, documentOf(["expiresIn"], asked));
      const { tokens } = asking.services;
      if (tokens.secrets.length === 0)
        throw new RefusedInput(
          "tokens_not_configured",
          "tokenSecrets: is missing; tokens are signed with it",
        );
      if (!name.safeParse(owner).success) throw new SpendingRefused("owner_invalid");
      const issued = await asking.ask((services) =>
        issueToken(services, tokens, { owner, expiresInSeconds: expires_in }),
      );
      return answerOf(tokenAnswer, tokenAnswer.toJson(issued));
    },
    usage: async (asked = {}) => {
      const { limit, cursor, ...filter } = documentOf(usageNames, asked);
      const page = readPage("usage_report", { ...(limit === undefined ? {} : { limit }), cursor });
      const wanted = inOptionsWords(() =>
        usageAsked(checkedQuery({ ...(filter as Record<string, string>), owner }, usageReportQuery)),
      );
      const sums = await asking.ask((services) => reportUsagePage(services, wanted, page));
      return pageOf(usageSumAnswer, pageJson("usage_report", sums, usageSumAnswer.toJson));
    },
  };
}

const givenCharge = z.strictObject({ charge_id: name, reason });

function notAssigned(result: AssignRefusal): RefusedInput {
  const code = result.kind === "charge_unknown" ? "not_found" : result.kind;
  return new RefusedInput(code, `chargeId: ${whyNotAssigned(result)}`);
}

const limitNames = ["id", "currency", "amount", "period", "meter", "member", "zone", "from"] as const;
const usageNames = ["meter", "member", "from", "to", "by", "zone", "limit", "cursor"] as const;

function limitIdOf(id: unknown): LimitId {
  if (name.safeParse(id).success) return id as LimitId;
  throw new SpendingRefused("id_invalid");
}

const chargeNames = [
  "provider",
  "status",
  "reversal",
  "currency",
  "customerRef",
  "subscriptionRef",
  "ref",
  "invoiceNumber",
  "from",
  "to",
  "clock",
  "limit",
  "cursor",
] as const;

/** What the API would take as a body. @throws Refused */
export function checked<Body extends z.ZodType>(schema: Body, body: unknown): z.output<Body> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const problems = result.error.issues.map(
    ({ path, message }) => `${path.map(String).map(camelCase).join(".") || "it"}: ${message}`,
  );
  throw new RefusedInput("request_invalid", problems.join("; "));
}

/** What a query refuses, in the option's own words. @throws Refused */
function inOptionsWords<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (code !== "query_invalid") throw error;
    throw new RefusedInput("request_invalid", camelCase(message));
  }
}
