import type { ConsolePage, DownloadPage, PageAction } from "./kit/page.ts";
import { accountPage, accountsPage, entryPage } from "./pages/accounts.tsx";
import { auditPage, runAuditAction } from "./pages/audit.tsx";
import {
  debitAction,
  debitPage,
  grantAction,
  grantPage,
  reverseAction,
  reversePage,
  writeOffAction,
  writeOffPage,
} from "./pages/by-hand.tsx";
import { chargePage } from "./pages/charge.tsx";
import { chargesFile, chargesPage } from "./pages/charges.tsx";
import { discrepanciesPage, discrepancyPage } from "./pages/discrepancies.tsx";
import {
  dismissEventActions,
  eventBody,
  eventPage,
  eventsFile,
  eventsPage,
  retryEventAction,
} from "./pages/events.tsx";
import { exportFiles, exportsPage } from "./pages/exports.tsx";
import { helpPage } from "./pages/help.tsx";
import { movementPage, movementsFile, movementsPage } from "./pages/movements.tsx";
import { assignAction, linkAction, noOwnerPage, ownerPage } from "./pages/no-owner.tsx";
import { outboxPage, retryMessageAction } from "./pages/outbox.tsx";
import { overviewPage } from "./pages/overview.tsx";
import { payoutPage, payoutsPage } from "./pages/payouts.tsx";
import { reconciliationPage, reconciliationsPage } from "./pages/reconciliations.tsx";
import { dismissReportActions, reportPage, reportsPage } from "./pages/reports.tsx";
import { assigneeAction, chooseAction, noteAction, resolveAction, resolvePage } from "./pages/resolving.tsx";
import { searchPage } from "./pages/search.tsx";
import { trailFile, trailPage } from "./pages/trail.tsx";
import { walletLinePage } from "./pages/wallet-line.tsx";
import { walletPage, walletsFile, walletsPage } from "./pages/wallets.tsx";

/** Every page of the console, in the order of the main pages. */
export const pages: readonly ConsolePage[] = [
  overviewPage,
  searchPage,
  chargesPage,
  chargePage,
  ownerPage,
  noOwnerPage,
  movementsPage,
  movementPage,
  walletsPage,
  walletPage,
  walletLinePage,
  grantPage,
  debitPage,
  writeOffPage,
  reversePage,
  payoutsPage,
  payoutPage,
  discrepanciesPage,
  resolvePage,
  discrepancyPage,
  reconciliationsPage,
  reconciliationPage,
  reportsPage,
  reportPage,
  eventsPage,
  eventPage,
  outboxPage,
  accountsPage,
  accountPage,
  entryPage,
  exportsPage,
  auditPage,
  trailPage,
  helpPage,
];

/** Every file that pages offer. */
export const downloads: readonly DownloadPage[] = [
  chargesFile,
  movementsFile,
  walletsFile,
  eventsFile,
  eventBody,
  trailFile,
  ...exportFiles,
];

/** Everything that a person can do here. */
export const actions: readonly PageAction[] = [
  retryEventAction,
  ...dismissEventActions,
  ...dismissReportActions,
  retryMessageAction,
  chooseAction,
  resolveAction,
  noteAction,
  assigneeAction,
  grantAction,
  debitAction,
  writeOffAction,
  reverseAction,
  assignAction,
  linkAction,
  runAuditAction,
];
