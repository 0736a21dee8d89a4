import type { Entry } from "../../domain/book/journal.ts";
import type { Charge } from "../../domain/charge/charge.ts";
import { creditSpent } from "../../domain/charge/waterfall.ts";
import { type CreditTrail, creditSteps, creditTrail } from "../../domain/credit/credit-trail.ts";
import { customerCreditId } from "../../domain/credit/customer-credit.ts";
import type { ChargeId } from "../../domain/ids.ts";
import { chargesOfCredit, linesOfCharge, payoutsOfRows } from "../../store/charges/read/charge-trails.ts";
import type { ChargeView } from "../../store/charges/read/charge-view.ts";
import { chargesById } from "../../store/charges/read/charges.ts";
import { entriesByNumber } from "../../store/ledger/read/entries.ts";
import type { ListedDiscrepancy } from "../../store/reconciling/nouns/discrepancy.ts";
import { correctionsFor, listDiscrepancies } from "../../store/reconciling/read/discrepancies.ts";
import type { StatementLine } from "../../store/wallets/nouns/wallet-line.ts";
import type { Services } from "../services.ts";
import { type ChargeDetail, readCharge } from "./read-charges.ts";

/** Everything there is to say of a charge: what it is made of, where it came from, and what it led to. */
export interface ChargeStory extends ChargeDetail {
  /** What it did to wallets, oldest first. */
  readonly walletLines: readonly StatementLine[];
  readonly discrepancies: readonly ListedDiscrepancy[];
  /** What persons booked for those, and what took it back, oldest first. */
  readonly corrections: readonly Entry[];
  /** Where the credit spent on it came from; `null`: none was. */
  readonly credit: ExplainedCredit | null;
  /** By what the provider says of its rows. */
  readonly payoutRefs: readonly string[];
}

export type ExplainedCredit =
  | ({ readonly kind: "explained"; readonly charges: ReadonlyMap<ChargeId, ChargeView> } & CreditTrail)
  /** Too many charges changed this customer's credit to go through. */
  | { readonly kind: "too_many" }
  /** Whose credit it was is not known. */
  | { readonly kind: "customer_unknown" };

const mostCharges = 200;

export async function readChargeStory(services: Services, id: ChargeId): Promise<ChargeStory | undefined> {
  const detail = await readCharge(services, id);
  if (detail === undefined) return undefined;
  const { charge } = detail.view;
  const db = services.store.read;
  const { rows: discrepancies } = await listDiscrepancies(
    db,
    { chargeId: charge.id },
    { limit: 50, after: null },
  );
  const posted = await correctionsFor(
    db,
    discrepancies.map(({ id }) => id),
  );
  return {
    ...detail,
    walletLines: await linesOfCharge(db, charge.id),
    discrepancies,
    corrections: [...(await entriesByNumber(db, posted)).values()],
    credit: await explainCredit(services, charge),
    payoutRefs: await payoutsOfRows(db, rowsOf(charge)),
  };
}

async function explainCredit({ store }: Services, charge: Charge): Promise<ExplainedCredit | null> {
  const { customerRef, key, currency, id } = charge;
  if ((creditSpent(charge) ?? 0n) === 0n) return null;
  if (customerRef === null) return { kind: "customer_unknown" };
  const creditId = customerCreditId(key, customerRef, currency);
  const ids = await chargesOfCredit(store.read, creditId, mostCharges + 1);
  if (ids.length > mostCharges) return { kind: "too_many" };
  const views = await chargesById(store.read, [...new Set([...ids, id])]);
  const steps = views.flatMap((view) => creditSteps(view.charge));
  return {
    kind: "explained",
    charges: new Map(views.map((view) => [view.charge.id, view])),
    ...creditTrail(steps, id),
  };
}

/** What a provider calls its own rows of a charge. */
function rowsOf({ key, linked }: Charge): string[] {
  if (linked === null) return [key.ref];
  return linked.receipts.flatMap(({ row }) => row?.ref ?? []);
}
