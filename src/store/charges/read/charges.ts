import { type ExpressionBuilder, type Kysely, type RawBuilder, sql } from "kysely";
import { rowsSettling } from "../../../domain/book/settled.ts";
import type { Charge, ChargeStatus, Reversal } from "../../../domain/charge/charge.ts";
import { type ChargeId, idsOfRef, type Source } from "../../../domain/ids.ts";
import type { Basis, Pin } from "../../../domain/policy/policy.ts";
import {
  type ClockName,
  type Page,
  type PageRequest,
  pageAt,
  positionIn,
  type TimedPage,
  type TimedRequest,
  type TimeStretch,
  type TimeWindow,
  timedPage,
} from "../../engine/read/page.ts";
import type { ChargeRow, Database, MovementRow } from "../../schema.ts";
import { chargeNoun } from "../nouns/charge.ts";
import { pinOf } from "../nouns/charge-record.ts";
import { movementNoun } from "../nouns/movement.ts";
import type { ChargeView } from "./charge-view.ts";

/** Charges that have this invoice number, in whatever case it is typed: in the words of the index. */
export const hasInvoiceNumber = (typed: string): RawBuilder<boolean> =>
  sql<boolean>`(charges.invoice_number is not null and lower(charges.invoice_number) = lower(${typed}))`;

const prefixes = { charges: "chg", payouts: "pay" } as const;

/** Charges or transfers of a provider's own id: theirs begin with it, so that no index has the refs beside them. */
export function hasRef(table: keyof typeof prefixes, ref: string): RawBuilder<boolean> {
  const id = sql.ref(`${table}.id`);
  const { from, before } = idsOfRef(prefixes[table], ref);
  return sql<boolean>`(${id} >= ${from} and ${id} < ${before})`;
}

export interface ChargeFilter extends TimeWindow {
  readonly provider?: string | undefined;
  readonly status?: ChargeStatus | undefined;
  readonly reversal?: Reversal | undefined;
  readonly currency?: string | undefined;
  readonly owner?: string | undefined;
  readonly customerRef?: string | undefined;
  readonly ref?: string | undefined;
  readonly invoiceNumber?: string | undefined;
  readonly subscriptionRef?: string | undefined;
  /** Those of which nobody knows whose they are. */
  readonly noOwner?: boolean | undefined;
  /** What must still arrive before they can move a wallet. */
  readonly waitingFor?: (typeof awaited)[number] | undefined;
  /** Whose clock the window is by: when they happened, or when something of them was posted here. */
  readonly clock?: ClockName | undefined;
}

export const awaited = ["document", "customer"] as const;

/** When it settled, else when it last changed its status: in the words of an index. */
const occurredAt = sql<bigint>`coalesce(charges.settled_at, charges.status_changed_at)`;

/** Newest first; the window is over when a charge settled, or last changed its status, unless it is by our clock. */
export async function listCharges(
  db: Kysely<Database>,
  filter: ChargeFilter,
  page: PageRequest,
): Promise<Page<ChargeView>> {
  // A window is read in its own order, so that the index of it leads to the page.
  if (filter.clock !== "posted" && (filter.from !== undefined || filter.to !== undefined))
    return chargesByTime(db, filter, { ...page, before: page.before ?? null });
  const at = await positionIn(db, "charges", page);
  const rows = await db
    .selectFrom("charges")
    .selectAll()
    .where("charges.no", at.compare, at.no)
    .where("charges.merged_into_no", "is", null)
    .where((eb) => eb.and(conditions(eb, filter)))
    .orderBy("charges.no", at.order)
    .limit(page.limit + 1)
    .execute();
  const { rows: shown, ...around } = pageAt(rows, page, ({ id }) => id);
  return { rows: await viewsOf(db, shown), ...around };
}

/** A part of a list of which so many rows were looked through at most, whatever was found among them. */
export interface Sifted {
  /** `null`: all that there are. */
  readonly lookedThrough: number | null;
}

/**
 * By when they settled, or last changed their status; newest first. Where nothing that is asked for has an index, so many charges
 * are looked through for one page at most, and `next` (or `previous`) goes on from the last of them.
 */
export async function chargesByTime(
  db: Kysely<Database>,
  filter: ChargeFilter,
  page: TimedRequest,
  most = Number.POSITIVE_INFINITY,
): Promise<TimedPage<ChargeView> & Sifted> {
  const isSifting = Number.isFinite(most) && !isLed(filter);
  let asked: TimeStretch | undefined;
  const { rows, ...around } = await timedPage(
    page,
    (id) =>
      db
        .selectFrom("charges")
        .select(["no", occurredAt.as("at")])
        .where("id", "=", id)
        .executeTakeFirst(),
    (stretch) => {
      const { order, limit, beyond } = stretch;
      asked = stretch;
      const query = db
        .selectFrom("charges")
        .selectAll()
        .where("charges.merged_into_no", "is", null)
        .where((eb) => eb.and(conditions(eb, filter)))
        .orderBy(occurredAt, order)
        .orderBy("charges.no", order)
        .limit(limit);
      return isSifting
        ? query.where("charges.no", "in", stretchOf(db, filter, stretch, most)).execute()
        : query.where(beyond(occurredAt, sql.ref<bigint>("charges.no"))).execute();
    },
  );
  const views = await viewsOf(db, rows);
  const goesOn = page.before === null ? around.next : around.previous;
  if (!isSifting || goesOn !== null || asked === undefined)
    return { rows: views, ...around, lookedThrough: null };
  const last = await db
    .selectFrom("charges")
    .select("id")
    .where("no", "in", stretchOf(db, filter, asked, 1, most - 1))
    .executeTakeFirst();
  if (last === undefined) return { rows: views, ...around, lookedThrough: null };
  const end = page.before === null ? { next: last.id } : { previous: last.id };
  return { rows: views, ...around, ...end, lookedThrough: most };
}

/** Whether an index leads to what is asked for, so that nothing else is looked at. */
function isLed({
  owner,
  customerRef,
  ref,
  invoiceNumber,
  subscriptionRef,
  ...filter
}: ChargeFilter): boolean {
  const { noOwner, waitingFor, status } = filter;
  const names = [owner, customerRef, ref, invoiceNumber, subscriptionRef, noOwner, waitingFor];
  if (names.some((name) => name !== undefined) || (status !== undefined && status !== "paid")) return true;
  return [filter.provider, filter.reversal, filter.currency, status].every((word) => word === undefined);
}

/** The next charges by time, whatever they are like: their numbers, from an index alone. */
function stretchOf(
  db: Kysely<Database>,
  { from, to }: TimeWindow,
  { order, beyond }: TimeStretch,
  limit: number,
  offset = 0,
) {
  const next = db
    .selectFrom("charges")
    .select("charges.no")
    .where((eb) =>
      eb.and([beyond(occurredAt, sql.ref<bigint>("charges.no")), ...conditions(eb, { from, to })]),
    )
    .orderBy(occurredAt, order)
    .orderBy("charges.no", order)
    .limit(limit)
    .offset(offset);
  return db.selectFrom(next.as("next")).select("next.no");
}

/** What all charges of a filter come to, in one currency. Amounts that are not stated yet are in no sum. */
export interface ChargeSum {
  readonly currency: string;
  readonly count: bigint;
  /** Of how many nobody knows yet what was collected. */
  readonly unstated: bigint;
  readonly total: bigint;
  readonly creditApplied: bigint;
  readonly creditIssued: bigint;
  readonly grandTotal: bigint;
  readonly collected: bigint;
  readonly refunded: bigint;
  readonly disputed: bigint;
  readonly toppedUp: bigint;
  readonly takenBack: bigint;
}

const summed = {
  total: "total",
  creditApplied: "credit_applied",
  creditIssued: "credit_issued",
  grandTotal: "grand_total",
  collected: "collected",
  refunded: "refunded",
  disputed: "disputed",
  toppedUp: "topped_up",
  takenBack: "taken_back",
} as const;

/** By currency; of a filter that says whose or of when, since it looks at every charge of it. */
export async function sumCharges(db: Kysely<Database>, filter: ChargeFilter): Promise<ChargeSum[]> {
  const sums = Object.entries(summed).map(([name, column]) =>
    sql<bigint>`cast(coalesce(sum(${sql.ref(`charges.${column}`)}), 0) as bigint)`.as(name),
  );
  const rows = await db
    .selectFrom("charges")
    .select([
      "currency",
      sql<bigint>`count(*)`.as("count"),
      sql<bigint>`count(*) filter (where collected is null)`.as("unstated"),
      ...sums,
    ])
    .where("charges.merged_into_no", "is", null)
    .where((eb) => eb.and(conditions(eb, filter)))
    .groupBy("currency")
    .orderBy("currency")
    .execute();
  return rows as unknown as ChargeSum[];
}

/** Those between whose total, what they ask for and what was collected there is more than credit; `null`: they are more than so many. */
export async function chargesApart(
  db: Kysely<Database>,
  filter: ChargeFilter,
  most: number,
): Promise<Charge[] | null> {
  const rows = await db
    .selectFrom("charges")
    .selectAll()
    .where("charges.merged_into_no", "is", null)
    .where((eb) => eb.and(conditions(eb, filter)))
    .where(
      sql<boolean>`(collected is distinct from grand_total
        or grand_total is distinct from total - coalesce(credit_applied, 0) + coalesce(credit_issued, 0))`,
    )
    .limit(most + 1)
    .execute();
  if (rows.length > most) return null;
  return chargesIn(
    rows,
    await movementsOf(
      db,
      rows.map(({ no }) => no),
    ),
  );
}

/** Whether so many charges at most are of this time, owner and customer: what their sums would look at. */
export async function hasAtMostCharges(
  db: Kysely<Database>,
  { owner, customerRef, from, to, clock }: ChargeFilter,
  most: number,
): Promise<boolean> {
  const some = db
    .selectFrom("charges")
    .select(sql`1`.as("one"))
    .where((eb) => eb.and(conditions(eb, { owner, customerRef, from, to, clock })))
    .limit(most + 1);
  const row = await db
    .selectFrom(some.as("some"))
    .select(sql<bigint>`count(*)`.as("count"))
    .executeTakeFirst();
  return (row?.count ?? 0n) <= BigInt(most);
}

export async function chargesById(db: Kysely<Database>, ids: readonly ChargeId[]): Promise<ChargeView[]> {
  if (ids.length === 0) return [];
  return viewsOf(db, await db.selectFrom("charges").selectAll().where("id", "in", ids).execute());
}

/** In which currency each of these is. */
export async function currenciesOfCharges(
  db: Kysely<Database>,
  ids: readonly ChargeId[],
): Promise<ReadonlyMap<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await db.selectFrom("charges").select(["id", "currency"]).where("id", "in", ids).execute();
  return new Map(rows.map(({ id, currency }) => [id, currency]));
}

/** The charge that this one turned out to be; itself if it is one, or there is none of this id. */
export async function survivorOf(db: Kysely<Database>, id: ChargeId): Promise<ChargeId> {
  const into = await db
    .selectFrom("charges as merged")
    .innerJoin("charges", "charges.no", "merged.merged_into_no")
    .select("charges.id")
    .where("merged.id", "=", id)
    .executeTakeFirst();
  // A payment finds its attempt, then its invoice: what it became may have become another again.
  return into === undefined ? id : survivorOf(db, into.id as ChargeId);
}

/** The row of the charge that this one turned out to be; its own if it is one, `undefined` if there is none of this id. */
export async function survivingRow(db: Kysely<Database>, id: ChargeId): Promise<ChargeRow | undefined> {
  const rows = db.selectFrom("charges").selectAll();
  let row = await rows.where("id", "=", id).executeTakeFirst();
  while (row !== undefined && row.merged_into_no !== null)
    row = await rows.where("no", "=", row.merged_into_no).executeTakeFirst();
  return row;
}

function conditions(eb: ExpressionBuilder<Database, "charges">, filter: ChargeFilter) {
  return [
    ...(filter.provider === undefined ? [] : [eb("charges.provider", "=", filter.provider)]),
    ...(filter.status === undefined ? [] : [hasStatus(eb, filter.status)]),
    ...(filter.reversal === undefined ? [] : [eb("charges.reversal", "=", filter.reversal)]),
    ...(filter.currency === undefined ? [] : [eb("charges.currency", "=", filter.currency)]),
    ...(filter.customerRef === undefined ? [] : [eb("charges.customer_ref", "=", filter.customerRef)]),
    ...(filter.ref === undefined ? [] : [hasRef("charges", filter.ref)]),
    ...(filter.owner === undefined ? [] : [eb("charges.owner", "=", filter.owner)]),
    ...(filter.invoiceNumber === undefined ? [] : [hasInvoiceNumber(filter.invoiceNumber)]),
    ...(filter.subscriptionRef === undefined
      ? []
      : [eb("charges.subscription_ref", "=", filter.subscriptionRef)]),
    ...(filter.noOwner === true ? [isNobodys] : []),
    ...(filter.waitingFor === undefined ? [] : [isAwaiting(eb, filter.waitingFor)]),
    ...(filter.clock === "posted" ? postedWithin(eb, filter) : occurredWithin(eb, filter)),
  ];
}

type Conditions = ExpressionBuilder<Database, "charges">;

const occurredWithin = (eb: Conditions, { from, to }: TimeWindow) => [
  ...(from === undefined ? [] : [eb(occurredAt, ">=", from)]),
  ...(to === undefined ? [] : [eb(occurredAt, "<", to)]),
];

/** Something was posted of them then, however long ago it happened. */
function postedWithin(eb: Conditions, { from, to }: TimeWindow) {
  if (from === undefined && to === undefined) return [];
  let entries = eb
    .selectFrom("entries")
    .select(sql`1`.as("one"))
    .whereRef("entries.charge_no", "=", "charges.no");
  if (from !== undefined) entries = entries.where("entries.posted_at", ">=", from);
  if (to !== undefined) entries = entries.where("entries.posted_at", "<", to);
  return [eb.exists(entries)];
}

/** In the words of the partial index. */
const isNobodys = sql<boolean>`(charges.owner is null and charges.customer_ref is null)`;

function isAwaiting(eb: ExpressionBuilder<Database, "charges">, what: (typeof awaited)[number]) {
  switch (what) {
    case "document":
      return hasStatus(eb, "unseen");
    case "customer":
      return eb.and([isNobodys, eb("charges.policy_version", "is not", null)]);
    default:
      return what satisfies never;
  }
}

/** In the words of the partial index, so that the few charges that are not paid are found without reading the others. */
function hasStatus(eb: ExpressionBuilder<Database, "charges">, status: ChargeStatus) {
  const is = eb("charges.status", "=", status);
  return status === "paid" ? is : eb.and([is, sql<boolean>`charges.status <> 'paid'`]);
}

/** What a page of charges needs besides their own rows, in one query each. */
export async function viewsOf(db: Kysely<Database>, rows: readonly ChargeRow[]): Promise<ChargeView[]> {
  if (rows.length === 0) return [];
  const numbers = rows.map(({ no }) => no);
  const [movements, uncovered] = await Promise.all([movementsOf(db, numbers), uncoveredOf(db, numbers)]);
  const charges = chargesIn(rows, movements);
  const payouts = await payoutsOfRows(db, charges);
  return rows.map((row, index) => {
    const charge = charges[index] as Charge;
    const pin = pinOf(row);
    return {
      charge,
      payouts: payouts.get(sourceText(charge.key)) ?? new Map(),
      pin,
      owner: row.owner,
      basis: pin && basisOf(pin),
      settledAt: row.settled_at,
      toppedUp: row.topped_up,
      takenBack: row.taken_back,
      uncovered: uncovered.get(row.no) ?? 0n,
    };
  });
}

function chargesIn(rows: readonly ChargeRow[], moved: readonly MovementRow[]): Charge[] {
  const movements = Map.groupBy(moved, ({ charge_no }) => charge_no);
  return rows.map((row) =>
    chargeNoun.nounOf(row, {
      movements: (movements.get(row.no) ?? []).map((movement) =>
        movementNoun.nounOf(movement, { chargeId: row.id as ChargeId }),
      ),
    }),
  );
}

/** Of the first line that tops up; null if none does. */
function basisOf({ rules }: Pin): Basis | null {
  return Object.values(rules).find(({ effect }) => effect === "top_up")?.basis ?? null;
}

async function movementsOf(db: Kysely<Database>, charges: readonly bigint[]): Promise<MovementRow[]> {
  if (charges.length === 0) return [];
  return db
    .selectFrom("movements")
    .selectAll()
    .where("charge_no", "in", charges)
    .orderBy("occurred_at")
    .orderBy("id")
    .execute();
}

const sourceText = ({ provider, account }: Source): string => JSON.stringify([provider, account]);

/** Which payout pays out a row of the balance, by its key, as far as reports and lists that were read for one say it. */
async function payoutsOfRows(
  db: Kysely<Database>,
  charges: readonly Charge[],
): Promise<ReadonlyMap<string, ReadonlyMap<string, string>>> {
  const keys = new Set(charges.flatMap((charge) => [charge, ...charge.movements].flatMap(rowsSettling)));
  const found = new Map<string, Map<string, string>>();
  if (keys.size === 0) return found;
  const rows = await db
    .selectFrom("statement_rows as row")
    .innerJoin("statements", "statements.no", "row.statement_no")
    .select(["row.key", "row.payout_ref", "statements.provider", "statements.account"])
    .where("row.key", "in", [...keys])
    .where("row.payout_ref", "is not", null)
    .where("row.kind", "=", "balance")
    .where("row.status", "=", "included")
    .orderBy("row.statement_no")
    .execute();
  for (const { key, payout_ref, ...source } of rows) {
    const own = found.get(sourceText(source as Source)) ?? new Map<string, string>();
    found.set(sourceText(source as Source), own.set(String(key), String(payout_ref)));
  }
  return found;
}

async function uncoveredOf(
  db: Kysely<Database>,
  charges: readonly bigint[],
): Promise<ReadonlyMap<bigint, bigint>> {
  const rows = await db
    .selectFrom("uncovered_moves")
    .select(["charge_no", sql<bigint>`cast(sum(amount) as bigint)`.as("uncovered")])
    .where("charge_no", "in", charges)
    .groupBy("charge_no")
    .execute();
  return new Map(rows.map(({ charge_no, uncovered }) => [charge_no, uncovered]));
}

/** An account that an invoice was heard of, as `stripe:default`; `null` if there is none. Without any it reads all charges. */
export async function accountWithInvoices(db: Kysely<Database>): Promise<string | null> {
  const row = await db
    .selectFrom("charges")
    .select(["provider", "account"])
    .where("kind", "=", "invoice")
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? null : `${row.provider}:${row.account}`;
}
