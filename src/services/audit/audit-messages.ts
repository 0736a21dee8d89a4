import { isDeepStrictEqual } from "node:util";
import type { Problem } from "../../domain/audit.ts";
import type { ChargeId } from "../../domain/ids.ts";
import { balanceData } from "../../domain/outbox/messages.ts";
import { type ToldChange, toldChanges, untoldWallets } from "../../store/read/audit-messages.ts";
import { survivorOf } from "../../store/read/charges.ts";
import type { Services } from "../services.ts";

const pageSize = 256;

/** What the app was told of wallets, or will be, against their statements: every line once, and what it says. */
export class MessageAudit {
  readonly #services: Services;
  readonly #told = new Map<bigint, bigint>();

  constructor(services: Services) {
    this.#services = services;
  }

  async messages(report: (problems: readonly Problem[]) => void): Promise<void> {
    for (let after = -1n; ; ) {
      const page = await toldChanges(this.#services.store.read, after, pageSize);
      for (const { wallet_no, from_seq, seq } of page) {
        if (wallet_no === null || from_seq === null || seq === null) continue;
        this.#told.set(wallet_no, (this.#told.get(wallet_no) ?? 0n) + seq - from_seq + 1n);
      }
      const differing = page.filter((told) => !isWhatTheLineSays(told));
      const wrong = await Promise.all(differing.map(async (told) => !(await this.#saysSoOfMerged(told))));
      report(differing.filter((_, index) => wrong[index]).map(problemOf));
      const last = page.at(-1);
      if (last === undefined) return;
      after = last.no;
    }
  }

  /** A line's charge may have turned out to be another since the app was told. */
  async #saysSoOfMerged(told: ToldChange): Promise<boolean> {
    const data = parsed(told.data) as { readonly charge_id?: unknown } | null;
    if (typeof data?.charge_id !== "string") return false;
    const chargeId = data.charge_id as ChargeId;
    const survivor = await survivorOf(this.#services.store.read, chargeId);
    return survivor === told.charge_id && isWhatTheLineSays({ ...told, charge_id: chargeId });
  }

  /** After the messages: lines nobody was told of. Wallets that changed meanwhile are looked at again, all at one moment. */
  async wallets(sums: readonly { readonly no: bigint; readonly seq: bigint }[]): Promise<Problem[]> {
    const suspects = sums.filter(({ no, seq }) => (this.#told.get(no) ?? 0n) !== seq);
    const untold = await untoldWallets(
      this.#services.store.read,
      suspects.map(({ no }) => no),
    );
    return untold.map(({ id, seq, told }) => ({
      kind: "message_missing",
      subject: id,
      detail: `it has ${seq} lines, ${told} are told of in the outbox`,
    }));
  }
}

function problemOf({ id }: ToldChange): Problem {
  return { kind: "message_differs", subject: id, detail: "it does not tell what the statement line says" };
}

function isWhatTheLineSays(told: ToldChange): boolean {
  if (told.wallet_id === null || told.kind === null) return false;
  const wallet = { id: told.wallet_id, owner: told.owner, currency: told.currency };
  const line = {
    seq: Number(told.seq),
    kind: told.kind,
    amount: told.amount,
    balanceAfter: told.balance_after,
    chargeId: told.charge_id,
    effectiveAt: told.effective_at,
  };
  return isDeepStrictEqual(parsed(told.data), balanceData(wallet, line, Number(told.from_seq)));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
