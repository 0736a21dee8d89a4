import { inboxAndCharges } from "./0001-inbox-and-charges.ts";
import { ledgerAndWallets } from "./0002-ledger-and-wallets.ts";
import { linksPoliciesOutbox } from "./0003-links-policies-outbox.ts";
import { idempotency } from "./0004-idempotency.ts";
import { spending } from "./0005-spending.ts";
import { watermarks } from "./0006-watermarks.ts";
import { statements } from "./0007-statements.ts";
import { reconciliations } from "./0008-reconciliations.ts";
import { providerRows } from "./0009-provider-rows.ts";
import { people } from "./0010-people.ts";
import { accountDays } from "./0011-account-days.ts";
import { audits } from "./0012-audits.ts";
import type { Migration } from "./migration.ts";

/** Every migration, in the order they are applied. One that was released is never changed. */
export const migrations: readonly Migration[] = [
  inboxAndCharges,
  ledgerAndWallets,
  linksPoliciesOutbox,
  idempotency,
  spending,
  watermarks,
  statements,
  reconciliations,
  providerRows,
  people,
  accountDays,
  audits,
];
