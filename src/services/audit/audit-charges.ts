import type { Problem } from "../../domain/audit.ts";
import type { ChargeRecord } from "../../domain/books.ts";
import { type ChargeId, discrepancyId } from "../../domain/ids.ts";
import { pinTo } from "../../domain/policy/pin.ts";
import type { Numbers } from "../../store/read/audit.ts";
import {
  discrepanciesOfCharges,
  lotsOfCharges,
  type ToldCharge,
  toldCharges,
} from "../../store/read/audit-charges.ts";
import { ReadCharges } from "../read/books.ts";
import type { Services } from "../services.ts";

/** What stands beside charges: what the app was told of them, the order their lots are spent in, and what is listed. */
export async function auditBesideCharges(
  services: Services,
  records: readonly ChargeRecord[],
  stretch: Numbers,
): Promise<Problem[]> {
  const told = Map.groupBy(await toldCharges(services.store.read, stretch), ({ id }) => id);
  return [
    ...[...told.values()].flatMap(messageProblems),
    ...(await lotProblems(services, records, stretch)),
    ...(await listingProblems(services, stretch)),
  ];
}

/** Every message is of its charge; a settled charge was told of, and what was said last of its reversal still holds. */
function messageProblems(rows: readonly ToldCharge[]): Problem[] {
  const messages = rows.filter(({ message_id: id }) => id !== null);
  const differing = messages
    .filter((row) => !isOfItsCharge(row))
    .map(({ message_id }) => ({
      kind: "message_differs",
      subject: message_id as string,
      detail: "it does not tell of its charge",
    }));
  const [charge] = rows;
  if (charge === undefined || charge.settled_at === null || charge.merged === 1n) return differing;
  const missing = (detail: string): Problem => ({ kind: "message_missing", subject: charge.id, detail });
  const wasTold = messages.some(({ type }) => type === "charge.settled");
  const reversed = messages
    .filter(({ type }) => type === "charge.reversed")
    .sort((a, b) => countIn(a) - countIn(b));
  const said = dataOf(reversed.at(-1))?.reversal ?? "none";
  return [
    ...differing,
    ...(wasTold ? [] : [missing("the app was not told that it settled")]),
    ...(said === charge.reversal ? [] : [missing(`the app was told last that its reversal is ${said}`)]),
  ];
}

/** A message's id ends with how many facts of its charge there were by then. */
const countIn = ({ message_id: id }: ToldCharge): number => Number(id?.split(".").at(-1));

function isOfItsCharge(row: ToldCharge): boolean {
  const data = dataOf(row);
  const isNamed = row.message_id?.startsWith(`${row.id}.${row.type}.`) === true;
  return (
    isNamed &&
    data?.charge_id === row.id &&
    data.provider === row.provider &&
    data.account === row.account &&
    data.ref === row.ref
  );
}

function dataOf(row: ToldCharge | undefined): Readonly<Record<string, unknown>> | null {
  try {
    return JSON.parse(row?.data ?? "null");
  } catch {
    return null;
  }
}

/**
 * A charge's lot has the priority of one of its lines' rules, under the version it was pinned to when the lot was opened:
 * which one that was is not kept, so any stored one will do. What comes back without a lot to go to has none, 0.
 */
async function lotProblems(
  { store, policies }: Services,
  records: readonly ChargeRecord[],
  stretch: Numbers,
): Promise<Problem[]> {
  const lots = await lotsOfCharges(store.read, stretch);
  const charges = new Map(records.map((record) => [record.id, record]));
  const priorities = ({ charge, pin }: ChargeRecord): ReadonlySet<number> => {
    const stored = policies.versions().map((version) => policies.version(version));
    const pins = charge === null ? [] : stored.map((policy) => pinTo(policy, charge, null));
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

/** What is listed as open must be open of its charge, and what was disagreed on must be what the hash is of. */
async function listingProblems(services: Services, stretch: Numbers): Promise<Problem[]> {
  const listed = await discrepanciesOfCharges(services.store.read, stretch);
  const problem = (charge: ChargeId, detail: string) => ({
    kind: "discrepancy_differs",
    subject: charge,
    detail,
  });
  const altered = listed.filter(({ hash, detail }) => hash !== detail);
  const open = listed.filter(
    ({ id, kind, charge, status }) => status === "open" && id === discrepancyId(kind, charge),
  );
  // Charges and lists are read at several moments: a charge that seems not to know of it is asked after the list was.
  const records = await services.store.write(new ReadCharges([...new Set(open.map(({ charge }) => charge))]));
  const held = new Map(records.map(({ id, discrepancies }) => [id, discrepancies]));
  const suspects = open.filter(({ kind, charge }) => held.get(charge)?.[kind] === undefined);
  const still = suspects.length === 0 ? [] : await discrepanciesOfCharges(services.store.read, stretch);
  const isStillOpen = (id: string) => still.some((row) => row.id === id && row.status === "open");
  return [
    ...altered.map(({ kind, charge }) => problem(charge, `${kind} is listed with other sides than it had`)),
    ...suspects
      .filter(({ id }) => isStillOpen(id))
      .map(({ kind, charge }) => problem(charge, `${kind} is listed as open, but is not`)),
  ];
}
