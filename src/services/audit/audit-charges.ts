import type { AuditProblem } from "../../domain/audit.ts";
import type { ChargeRecord } from "../../domain/books.ts";
import { canonical } from "../../domain/canonical.ts";
import type { Charge } from "../../domain/charge/charge.ts";
import { creditFinding, openingOf } from "../../domain/credit/count-credit.ts";
import {
  type BalanceStep,
  balanceSteps,
  type Credit,
  type CustomerCredit,
  creditOf,
  creditTouchedBy,
} from "../../domain/credit/customer-credit.ts";
import { agrees, assertionsOf, type Claim, claimKey } from "../../domain/facts/claims.ts";
import { type ChargeId, discrepancyId, nameKey } from "../../domain/ids.ts";
import { sum } from "../../domain/money.ts";
import { pinTo } from "../../domain/policy/pin.ts";
import type { Instant } from "../../domain/time.ts";
import { type AuditedEvent, discrepancyHashes, type HeardFact } from "../../store/audit/read/audit.ts";
import {
  assignedCharges,
  type CreditKey,
  chargesOfCredit,
  claimNames,
  claimsNamed,
  discrepanciesOfCharges,
  lotsOfCharges,
  miscorrectedDiscrepancies,
  misremembered,
  storedCredits,
  unmadeClaims,
  untoldDiscrepancies,
} from "../../store/audit/read/charges.ts";
import type { Work } from "../../store/batch/unit-of-work.ts";
import type { NumberRange } from "../../store/engine/read/page.ts";
import { readingPayouts } from "../charges/read-records.ts";
import { undecidable } from "./audit-rows.ts";
import type { Moment, Moments } from "./moments.ts";

const claimsAtOnce = 1_000;

export class ClaimAudit {
  /** How many claims the facts that were seen have made. */
  #made = 0n;

  /**
   * Of every object the fact that was heard first made the claim, and against every other one that says something else
   * exactly that claim is kept.
   */
  async events({ read }: Pick<Moment, "read">, audited: readonly AuditedEvent[]): Promise<AuditProblem[]> {
    const told = audited.flatMap(({ event, facts, heard }) =>
      facts.map((fact, index) => ({
        event,
        kept: heard[index] as HeardFact,
        statements: assertionsOf(fact).map((says) => ({ says, name: nameKey(event, claimKey(says)) })),
      })),
    );
    const claims = await claimsNamed(
      read,
      told.flatMap(({ statements }) => statements.map(({ name }) => name)),
    );
    return told.flatMap(({ event, kept, statements }) => {
      const problem = (detail: string): AuditProblem => ({
        kind: "claim_differs",
        subject: event.id,
        detail,
      });
      const against: Record<string, Claim> = {};
      const made = new Set<string>();
      const found = statements.flatMap(({ says, name }) => {
        const stored = claims.get(name);
        if (stored !== undefined && !agrees(says, stored.claim)) against[claimKey(says)] = stored.claim;
        if (stored?.heard === kept.heard) made.add(name);
        return stored !== undefined && stored.heard <= kept.heard
          ? []
          : [problem(`of ${says.ref}, nothing is kept as heard before`)];
      });
      this.#made += BigInt(made.size);
      return canonical(against) === canonical(kept.contested)
        ? found
        : [...found, problem("other claims stand against what it says than are kept")];
    });
  }

  /** Claims that nothing made: counted, after the events, and looked for only where there are more than facts have made. */
  async unmade(moments: Moments): Promise<AuditProblem[]> {
    let count = 0n;
    for (let after = ""; ; ) {
      const names = await claimNames((await moments.current()).read, after, claimsAtOnce);
      const last = names.at(-1);
      if (last === undefined) break;
      count += BigInt(names.length);
      after = last;
    }
    if (count === this.#made) return [];
    const detail = "no fact made this claim";
    const { read } = await moments.current();
    return (await unmadeClaims(read)).map((subject) => ({ kind: "claim_differs", subject, detail }));
  }
}

/** Whose a charge is by a person's word is what the trail says: nothing else knows it. */
export async function assignmentProblems({ read }: Moment, stretch: NumberRange): Promise<AuditProblem[]> {
  const assigned = await assignedCharges(read, stretch);
  return assigned
    .filter((charge) => charge.assigned !== charge.told)
    .map(({ id, told }) => ({
      kind: "assignment_differs",
      subject: id,
      detail: told === null ? "nobody gave it to whom it is said to be" : `the trail gives it to ${told}`,
    }));
}

/**
 * A charge's lot has the priority of one of its lines' rules, under the version it was pinned to when the lot was opened:
 * which one that was is not kept, so any stored one will do. What comes back without a lot to go to has none, 0.
 */
export async function lotProblems(
  { read, policies }: Moment,
  records: readonly ChargeRecord[],
  stretch: NumberRange,
): Promise<AuditProblem[]> {
  const lots = await lotsOfCharges(read, stretch);
  const charges = new Map(records.map((record) => [record.id, record]));
  const priorities = ({ charge, pin }: ChargeRecord): ReadonlySet<number> => {
    const stored = policies.versions().map((version) => policies.version(version));
    const pins = charge === null ? [] : stored.map((policy) => pinTo(policy, charge));
    const rules = [...(pin === null ? [] : [pin]), ...pins].flatMap((pinned) => Object.values(pinned.rules));
    return new Set([0, ...rules.map((rule) => rule.priority)]);
  };
  return lots
    .filter(({ charge, priority }) => {
      const record = charges.get(charge);
      return record !== undefined && !priorities(record).has(priority);
    })
    .map(({ id, priority }) => ({
      kind: "lot_differs",
      subject: id,
      detail: `no rule gives what its charge sold the priority ${priority}`,
    }));
}

const creditsAtOnce = 256;
/** What charges count for, and in sums what they say of the balance. */
interface Counted extends Credit {
  readonly steps: bigint;
  readonly changes: bigint;
  readonly stated: bigint;
  readonly times: bigint;
  readonly booked: bigint;
}

const none: Counted = { issued: 0n, applied: 0n, steps: 0n, changes: 0n, stated: 0n, times: 0n, booked: 0n };

function countedIn(credit: Credit, steps: readonly BalanceStep[]): Counted {
  return {
    issued: credit.issued,
    applied: credit.applied,
    steps: BigInt(steps.length),
    changes: sum(steps.map(({ change }) => change)),
    stated: sum(steps.map(({ ownedBefore }) => ownedBefore ?? 0n)),
    times: sum(steps.map(({ at }) => at)),
    booked: sum(steps.map(({ bookedAt }) => bookedAt ?? 0n)),
  };
}

const notAdding = "what was told of it, one after the other, does not add up to it";

/** What providers hold for customers, against the charges that gave and spent it. */
export class CreditAudit {
  readonly #counted = new Map<string, { readonly key: CreditKey; readonly counted: Counted }>();

  /** Counts a charge; every charge once, before {@link credits}. */
  count({ charge }: ChargeRecord): void {
    const id = creditTouchedBy(charge);
    if (id === null || charge === null || charge.customerRef === null) return;
    const counted = total([this.#countedOf(id), countedOf(charge)]);
    const { customerRef, currency } = charge;
    this.#counted.set(id, { key: { ...charge.key, customerRef, currency }, counted });
  }

  async credits(moments: Moments, report: (problems: readonly AuditProblem[]) => void): Promise<void> {
    const unstored = new Map(this.#counted);
    for (let after = ""; ; ) {
      const moment = await moments.current();
      const page = await storedCredits(moment.read, after, creditsAtOnce);
      for (const stored of page) {
        unstored.delete(stored.id);
        if (differ(countedIn(stored, stored.steps), this.#countedOf(stored.id)))
          report(await countedAgain(moment, stored.id, stored));
      }
      for (const id of await misremembered(
        moment.read,
        page.map(({ id }) => id),
      ))
        report([{ kind: "customer_credit_differs", subject: id, detail: notAdding }]);
      report(await unlisted(moment, page));
      report(await misopened(moment, page));
      const last = page.at(-1);
      if (last === undefined) break;
      after = last.id;
    }
    for (const [id, { key, counted }] of unstored)
      if (differ(none, counted)) report(await countedAgain(await moments.current(), id, key));
  }

  #countedOf(id: string): Counted {
    return this.#counted.get(id)?.counted ?? none;
  }
}

/** What is wrong with a customer's credit is a discrepancy of the customer's: no charge holds it open. */
async function unlisted(
  { read, policies }: Moment,
  page: readonly CustomerCredit[],
): Promise<AuditProblem[]> {
  const open = page.flatMap((credit) => {
    const found = startsOf(policies).map((start) => creditFinding(credit, start)?.kind);
    const [kind] = found;
    // It was last looked at under the policy of that day, by which there may be nothing to find.
    if (kind === undefined || found.includes(undefined)) return [];
    return [{ id: credit.id, kind, row: discrepancyId(kind, credit.id) }];
  });
  const listed = await discrepancyHashes(
    read,
    open.map(({ row }) => row),
  );
  return open
    .filter(({ row }) => !listed.has(row))
    .map(({ id, kind }) => ({
      kind: "discrepancy_differs",
      subject: id,
      detail: `${kind} is open, but not listed`,
    }));
}

/** When books begin, by the policy in force and by all before it. */
const startsOf = ({ current, version, versions }: Moment["policies"]): readonly (Instant | null)[] => [
  ...new Set([current, ...versions().map(version)].map(({ booksStartAt }) => booksStartAt)),
];

/** What a customer's credit was opened with must follow from it, by the policy in force when it was last looked at. */
async function misopened(
  { decide, policies }: Moment,
  page: readonly CustomerCredit[],
): Promise<AuditProblem[]> {
  const records = await decide(readingPayouts(page.flatMap(({ opening }) => opening ?? [])));
  const openings = new Map(records.map(({ id, payout }) => [id, payout]));
  const isOpenedAt = (credit: CustomerCredit, start: Instant | null) => {
    const owned = openingOf(credit, start);
    if (credit.opening === null) return owned === 0n;
    const opening = openings.get(credit.opening);
    if (opening?.kind !== "credit_opening") return false;
    return opening.amount === owned && (start === null || opening.at === start);
  };
  return page
    .filter((credit) => !startsOf(policies).some((start) => isOpenedAt(credit, start)))
    .map(({ id }) => ({
      kind: "customer_credit_differs",
      subject: id,
      detail: "what it was opened with does not follow from it",
    }));
}

/** The charges were counted at several moments: whoever differs is counted again, all at one. */
async function countedAgain({ read, decide }: Moment, id: string, key: CreditKey): Promise<AuditProblem[]> {
  try {
    const { stored, counted } = await decide(countingCredit(id, await chargesOfCredit(read, key)));
    if (!differ(stored, counted)) return [];
    const detail = `${shown(stored)} is stored, ${shown(counted)} follows`;
    return [{ kind: "customer_credit_differs", subject: id, detail }];
  } catch (error) {
    return [undecidable(id, error)];
  }
}

/** Counts one customer's credit from its charges; changes nothing. */
function countingCredit(
  id: string,
  charges: readonly ChargeId[],
): Work<{ readonly stored: Counted; readonly counted: Counted }> {
  return {
    needs: { charges, credits: [id] },
    decide(books) {
      const known = charges.flatMap((charge) => books.knownCharge(charge)?.charge ?? []);
      const counted = known.filter((charge) => creditTouchedBy(charge) === id).map(countedOf);
      const stored = books.customerCredit(id);
      return {
        stored: stored === undefined ? none : countedIn(stored, stored.steps),
        counted: total(counted),
      };
    },
  };
}

const countedOf = (charge: Charge) => countedIn(creditOf(charge), balanceSteps(charge));

const fields = ["issued", "applied", "steps", "changes", "stated", "times", "booked"] as const;

function total(credits: readonly Counted[]): Counted {
  const of = (field: (typeof fields)[number]) =>
    [field, sum(credits.map((credit) => credit[field]))] as const;
  return Object.fromEntries(fields.map(of)) as unknown as Counted;
}

const differ = (a: Counted, b: Counted) => fields.some((field) => a[field] !== b[field]);
const shown = ({ issued, applied, changes }: Counted) =>
  `${issued} issued, ${applied} applied and ${changes} of the balance`;

/** Whether each discrepancy is what its history says and its charge holds, and what was posted for it is what stands. */
export async function auditDiscrepancies({ read }: Moment, stretch: NumberRange): Promise<AuditProblem[]> {
  const untold = await untoldDiscrepancies(read, stretch);
  const miscorrected = await miscorrectedDiscrepancies(read, stretch);
  return [
    ...untold.map(({ id, kind }) => ({
      kind: "discrepancy_differs",
      subject: id,
      detail: `${kind} is not what its history says`,
    })),
    ...miscorrected.map(({ id }) => ({
      kind: "correction_differs",
      subject: id,
      detail: "what was posted for it is not the entry that stands",
    })),
    ...(await discrepanciesOfCharges(read, stretch)).flatMap(listingProblems),
  ];
}

type Listed = Awaited<ReturnType<typeof discrepanciesOfCharges>>[number];

/** What is listed as open must be open of its charge, and what was disagreed on must be what the hash is of. */
function listingProblems({ id, kind, status, hash, detail, charge, held }: Listed): AuditProblem[] {
  const problem = (detail: string) => ({ kind: "discrepancy_differs", subject: charge, detail });
  const isAltered = hash !== detail;
  const isOpen = status === "open" && id === discrepancyId(kind, charge);
  const isHeld = isOpen && (JSON.parse(held) as Readonly<Record<string, string>>)[kind] !== undefined;
  return [
    ...(isAltered ? [problem(`${kind} is listed with other sides than it had`)] : []),
    ...(isOpen && !isHeld ? [problem(`${kind} is listed as open, but is not`)] : []),
  ];
}
