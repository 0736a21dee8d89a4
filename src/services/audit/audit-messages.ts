import type { AuditProblem } from "../../domain/audit.ts";
import type { ChargeRecord } from "../../domain/books.ts";
import { type ChargeId, messageId } from "../../domain/ids.ts";
import {
  absorbingCharges,
  type CountedWallet,
  countedWallets,
  type NamedCharge,
  namedCharges,
  toldChanges,
} from "../../store/audit/read/messages.ts";
import { survivorOf } from "../../store/charges/read/charges.ts";
import { isSaidByLines, type ToldMessage } from "../../store/outbox/read/outbox.ts";
import { readingCharges } from "../charges/read-records.ts";
import type { Moment, Moments } from "./moments.ts";

const pageSize = 256;

type Report = (problems: readonly AuditProblem[]) => void;

/**
 * What the app was told, or will be, against what it was told of: of a wallet every line once, and what it says; of a charge
 * that it settled, and what was said last of its reversal. The outbox is read once, in its own order, and what came into it
 * since is read at the beginning of every moment: so at each it is known what was told by then.
 */
export class MessageAudit {
  /** By the wallet's number, how many of its lines were told of. */
  readonly #lines = new Map<number, number>();
  /** By the charge's number; nothing of one that was never reversed. */
  readonly #settled = new Set<number>();
  readonly #reversals = new Map<number, string>();
  readonly #suspects: { readonly charges: ChargeId[]; readonly wallets: string[] } = {
    charges: [],
    wallets: [],
  };
  readonly #report: Report;
  #after = -1n;
  #isThrough = false;

  constructor(report: Report) {
    this.#report = report;
  }

  /** Goes through the outbox, moment by moment. */
  async messages(moments: Moments): Promise<void> {
    while (await this.#page(await moments.current()));
    this.#isThrough = true;
  }

  /** Once it was gone through, reads what came into it by a moment. */
  async catchUp(moment: Moment): Promise<void> {
    if (this.#isThrough) await this.#rest(moment);
  }

  async #rest(moment: Moment): Promise<void> {
    while (await this.#page(moment));
  }

  /** Whether there was anything. */
  async #page({ read }: Moment): Promise<boolean> {
    const page = await toldChanges(read, this.#after, pageSize);
    const isOfWallet = ({ type }: ToldMessage) => type === "wallet.balance_changed";
    for (const told of page.filter(isOfWallet)) await this.#hearOfWallet(read, told);
    const ofCharges = page.filter((told) => !isOfWallet(told));
    const charges = await namedCharges(read, [...new Set(ofCharges.map(({ id }) => subjectOf(id)))]);
    const byId = new Map<string, NamedCharge>(charges.map((charge) => [charge.id, charge]));
    for (const told of ofCharges) this.#hearOfCharge(byId.get(subjectOf(told.id)), told);
    this.#after = page.at(-1)?.no ?? this.#after;
    return page.length > 0;
  }

  async #hearOfWallet(read: Moment["read"], told: ToldMessage): Promise<void> {
    if (!(isOfItsLine(told) && (await isOfItsCharge(read, told))))
      this.#report([differing(told, "it does not tell what the statement line says")]);
    const { wallet_no, from_seq, seq } = told;
    if (wallet_no === null || from_seq === null || seq === null) return;
    const wallet = Number(wallet_no);
    this.#lines.set(wallet, (this.#lines.get(wallet) ?? 0) + Number(seq - from_seq) + 1);
  }

  #hearOfCharge(charge: NamedCharge | undefined, told: ToldMessage): void {
    const data = parsed(told.data);
    if (charge === undefined || !tellsOfCharge(charge, told, data))
      this.#report([differing(told, "it does not tell of its charge")]);
    if (charge === undefined) return;
    if (told.type === "charge.settled") this.#settled.add(Number(charge.no));
    else this.#reversals.set(Number(charge.no), String(data?.reversal ?? "none"));
  }

  /** Compares charges with what was told of them by the same moment. */
  async charges(moment: Moment, records: readonly ChargeRecord[]): Promise<void> {
    const untold = await this.#untoldCharges(moment, records);
    this.#suspects.charges.push(...untold.map(({ subject }) => subject as ChargeId));
  }

  /** The same of wallets and their lines. */
  wallets(wallets: readonly CountedWallet[]): void {
    this.#suspects.wallets.push(...this.#untoldWallets(wallets).map(({ subject }) => subject));
  }

  /**
   * After all else. What PostgreSQL numbered first may be committed last, and was not where it was looked for: whoever
   * seems not to have been told of is looked at again, with the whole outbox at one moment.
   */
  async suspects(moment: Moment): Promise<AuditProblem[]> {
    const { charges, wallets } = this.#suspects;
    if (charges.length + wallets.length === 0) return [];
    const again = new MessageAudit(() => {});
    await again.#rest(moment);
    return [
      ...(await again.#untoldCharges(moment, await moment.decide(readingCharges(charges)))),
      ...again.#untoldWallets(await countedWallets(moment.read, wallets)),
    ];
  }

  /** Not of charges that became one: some of it was told under another name. */
  async #untoldCharges({ read }: Moment, records: readonly ChargeRecord[]): Promise<AuditProblem[]> {
    const settled = records.filter(({ settledAt, mergedInto }) => settledAt !== null && mergedInto === null);
    const named = await namedCharges(
      read,
      settled.map(({ id }) => id),
    );
    const numbers = new Map(named.map(({ id, no }) => [id, no]));
    const suspects = settled.flatMap((record) => {
      const no = numbers.get(record.id);
      return no === undefined ? [] : this.#missingOf(record, Number(no)).map((problem) => ({ no, problem }));
    });
    const absorbing = await absorbingCharges(
      read,
      suspects.map(({ no }) => no),
    );
    return suspects.filter(({ no }) => !absorbing.has(no)).map(({ problem }) => problem);
  }

  #missingOf({ id, charge }: ChargeRecord, no: number): AuditProblem[] {
    const missing = (detail: string): AuditProblem => ({ kind: "message_missing", subject: id, detail });
    const said = this.#reversals.get(no) ?? "none";
    return [
      ...(this.#settled.has(no) ? [] : [missing("the app was not told that it settled")]),
      ...(said === charge?.reversal ? [] : [missing(`the app was told last that its reversal is ${said}`)]),
    ];
  }

  #untoldWallets(wallets: readonly CountedWallet[]): AuditProblem[] {
    return wallets
      .map((wallet) => ({ ...wallet, told: this.#lines.get(Number(wallet.no)) ?? 0 }))
      .filter(({ seq, told }) => Number(seq) !== told)
      .map(({ id, seq, told }) => ({
        kind: "message_missing",
        subject: id,
        detail: `it has ${seq} lines, ${told} are told of in the outbox`,
      }));
  }
}

/** A message's id begins with that of what it tells of. */
const subjectOf = (id: string): string => id.split(".", 1)[0] ?? "";

function differing({ id }: ToldMessage, detail: string): AuditProblem {
  return { kind: "message_differs", subject: id, detail };
}

function tellsOfCharge(charge: NamedCharge, { id, type }: ToldMessage, data: Parsed): boolean {
  return (
    id.startsWith(`${charge.id}.${type}.`) &&
    data?.charge_id === charge.id &&
    data.provider === charge.provider &&
    data.account === charge.account &&
    data.ref === charge.ref
  );
}

/** It names a line and keeps nothing itself: so it says what the line does. */
function isOfItsLine(told: ToldMessage): boolean {
  const { id, type, wallet_id: wallet, seq, kind } = told;
  if (wallet === null || kind === null) return false;
  return isSaidByLines(told) && id === messageId(type, wallet, Number(seq));
}

/** A line's charge may have turned out to be another since the app was told. */
async function isOfItsCharge(read: Moment["read"], told: ToldMessage): Promise<boolean> {
  if (told.kind === null || told.charge_no === told.line_charge_no) return told.kind !== null;
  if (told.charge_id === null) return false;
  const [survivor] = await namedCharges(read, [await survivorOf(read, told.charge_id)]);
  return survivor?.no === told.line_charge_no;
}

type Parsed =
  | {
      readonly [Name in "charge_id" | "provider" | "account" | "ref" | "reversal"]?: unknown;
    }
  | null;

function parsed(text: string): Parsed {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
