import type { ChargeRecord } from "../../../domain/books.ts";
import type { ChargeId, WalletId } from "../../../domain/ids.ts";
import type { Pin } from "../../../domain/policy/policy.ts";
import {
  amount,
  asJson,
  assembled,
  byName,
  count,
  flag,
  type Numbering,
  ownNumber,
  readBeside,
  reference,
  text,
  textOf,
  time,
  within,
} from "../../described/field.ts";
import { described } from "../../described/noun.ts";
import { chargeNoun, keyOf } from "./charge.ts";
import { lineRule } from "./parts.ts";

/** What is pinned, and whose a charge is or would be, is said by columns that are searched. */
export interface PinColumns {
  readonly policy_version: bigint | null;
  readonly pinned_rules: string | null;
  readonly owner: string | null;
  readonly wallet_id: string | null;
}

interface OwnerColumns extends PinColumns {
  readonly owner_version: bigint | null;
}

interface DossierColumns {
  readonly dossier_no: bigint | null;
  readonly merged_into_no: bigint | null;
}

const rules = byName(lineRule);

export const pinOf = ({ policy_version, owner, wallet_id, pinned_rules }: PinColumns): Pin | null =>
  policy_version === null
    ? null
    : {
        policyVersion: Number(policy_version),
        owner,
        walletId: wallet_id as WalletId | null,
        rules: rules.of.read((pinned_rules ?? "{}") as never, undefined as never) as Pin["rules"],
      };

const idOf = (number: bigint | null, numbers: Numbering): ChargeId | null =>
  number === null ? null : numbers.id<ChargeId>(number);

/** A charge, and what of it is decided and posted. */
export const chargeRecordNoun = described<ChargeRecord>()(
  "ChargeRecord",
  "A charge, and what of it is decided and posted.",
  (from) => {
    /** What a charge does to the wallet it moves. */
    const walletSide = {
      walletId: from(textOf<WalletId>().nullable, ({ pin }) => pin?.walletId ?? null),
      toppedUp: amount,
      takenBack: amount,
      debited: amount,
    };
    return {
      no: from(ownNumber, ({ id }) => id),
      id: textOf<ChargeId>().fixed,
      key: assembled(keyOf),
      provider: from(text.fixed, ({ key }) => key.provider),
      account: from(text.fixed, ({ key }) => key.account),
      ref: from(text.fixed, ({ key }) => key.ref),
      dossier: assembled(({ dossier_no }: DossierColumns, numbers) => idOf(dossier_no, numbers)),
      dossierId: from(reference<ChargeId>().nullable, ({ dossier }) => dossier),
      mergedInto: assembled(({ merged_into_no }: DossierColumns, numbers) => idOf(merged_into_no, numbers)),
      mergedIntoId: from(reference<ChargeId>().nullable, ({ mergedInto }) => mergedInto),
      facts: readBeside<ChargeRecord["facts"]>(),
      contested: readBeside<ChargeRecord["contested"]>(),
      unlessInvoiced: flag,
      providerSells: flag,
      charge: within(chargeNoun),
      pin: assembled(pinOf),
      policyVersion: from(count.nullable, ({ pin }) => pin?.policyVersion ?? null),
      pinnedRules: from(rules.nullable, ({ pin }) => pin?.rules ?? null),
      owner: from(text.nullable.personal, ({ pin, expected }) =>
        pin === null ? (expected?.owner ?? null) : pin.owner,
      ),
      expected: assembled(({ owner, owner_version }: OwnerColumns) =>
        owner_version === null ? null : { owner, policyVersion: Number(owner_version) },
      ),
      ownerVersion: from(count.nullable, ({ expected }) => expected?.policyVersion ?? null),
      assigned: assembled(({ assigned_owner }: { readonly assigned_owner: string | null }) => assigned_owner),
      assignedOwner: from(text.nullable.personal, ({ assigned }) => assigned),
      settledAt: time.nullable,
      ...walletSide,
      posted: readBeside<ChargeRecord["posted"]>(),
      walletLines: readBeside<ChargeRecord["walletLines"]>(),
      factCount: count,
      entryCount: count,
      discrepancies: asJson<ChargeRecord["discrepancies"]>(),
    };
  },
);
