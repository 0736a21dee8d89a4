import { z } from "zod";
import { Refused } from "../domain/errors.ts";
import type { ChargeId } from "../domain/ids.ts";
import { chargeQuery } from "../http/charges.ts";
import { linkAnswer, linkBody } from "../http/customers.ts";
import { name, reason } from "../http/fields.ts";
import { pageJson } from "../http/kit/cursor.ts";
import { type AssignRefusal, assign, whyNotAssigned } from "../services/assign-charge.ts";
import { chargeAnswer, chargeFilterOf } from "../services/documents/charge.ts";
import { checkedQuery } from "../services/documents/parameters.ts";
import { linkCustomer } from "../services/link-customer.ts";
import { readCharge, readCharges } from "../services/read/charges.ts";
import { readWallets } from "../services/read/wallets.ts";
import { walletNoun } from "../store/nouns/wallet.ts";
import { answerOf, camelCase, type Page, pageOf } from "./answer.ts";
import type * as answers from "./answers.ts";
import { documentOf, type PageAsked, readOwnerName, readPage, type Window } from "./asked.ts";
import type { Asking } from "./asking.ts";

/** One of the app's own customers, in all currencies and at all providers. It need not be known: then there is nothing. */
export interface Owner {
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
}

export interface AssignedCharge {
  readonly chargeId: string;
  /** Why: the trail says it years later. */
  readonly reason: string;
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
  readonly provider?: string;
  readonly status?: answers.Charge["status"];
  readonly reversal?: answers.Charge["reversal"];
  /** In capitals: `USD`. */
  readonly currency?: string;
  /** The customer's id at the provider. */
  readonly customerRef?: string;
  readonly subscriptionRef?: string;
  /** The document's id at the provider. */
  readonly ref?: string;
  readonly invoiceNumber?: string;
}

/** @throws SpendingRefused if that is no owner */
export function ownerOf(asking: Asking, named: string): Owner {
  const owner = readOwnerName(named);
  return {
    owner,
    wallets: async (asked) => {
      const page = readPage("wallets", asked);
      const wallets = await asking.ask((services) => readWallets(services, { owner }, page));
      return pageOf(walletNoun, pageJson("wallets", wallets, walletNoun.toJson));
    },
    charges: async (asked = {}) => {
      const { limit, cursor, ...filter } = documentOf(chargeNames, asked);
      const page = readPage("charges", { ...(limit === undefined ? {} : { limit }), cursor });
      const {
        provider,
        from,
        to,
        sums: _,
        ...words
      } = inOptionsWords(() => checkedQuery(filter as Record<string, string>, chargeQuery(asking.services)));
      const of = { ...chargeFilterOf(words), provider, from, to, owner };
      const charges = await asking.ask((services) => readCharges(services, of, page));
      return pageOf(chargeAnswer, { sums: null, ...pageJson("charges", charges, chargeAnswer.toJson) });
    },
    link: async (customer) => {
      const body = { ...documentOf(["provider", "customerRef", "account", "move"], customer), owner };
      const { customer_ref, move = null, ...rest } = checked(linkBody(asking.services), body);
      const request = { ...rest, customerRef: customer_ref, move };
      const result = await asking.ask((services) => linkCustomer(services, request));
      if (result.kind === "linked")
        return answerOf(linkAnswer, linkAnswer.toJson({ ...request, moved: result.moved }));
      throw result.kind === "already_linked"
        ? new Refused(result.kind, `customerRef: belongs to ${result.owner}; move: true gives it to another`)
        : new Refused(
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
      return answerOf(chargeAnswer, chargeAnswer.toJson(found.view));
    },
  };
}

const givenCharge = z.strictObject({ charge_id: name, reason });

function notAssigned(result: AssignRefusal): Refused {
  const code = result.kind === "charge_unknown" ? "not_found" : result.kind;
  return new Refused(code, `chargeId: ${whyNotAssigned(result)}`);
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
  throw new Refused("request_invalid", problems.join("; "));
}

/** What a query refuses, in the option's own words. @throws Refused */
function inOptionsWords<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (code !== "query_invalid") throw error;
    throw new Refused("request_invalid", camelCase(message));
  }
}
