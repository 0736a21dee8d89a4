import { z } from "zod";
import { RefusedInput } from "../domain/errors.ts";
import { type OwnProvider, providerNames } from "../domain/ids.ts";
import { requestBody } from "../http/reconciliations.ts";
import { backfill } from "../services/backfill/backfill.ts";
import { rebook, rebookTransfers } from "../services/charges/rebook.ts";
import { auditAnswer } from "../services/documents/audit.ts";
import { backfillAnswer } from "../services/documents/backfill.ts";
import { exportFile } from "../services/documents/exports/asked-file.ts";
import { instant } from "../services/documents/parameters.ts";
import { rebookAnswer } from "../services/documents/rebook.ts";
import { reconcileNow } from "../services/reconciling/start-run.ts";
import { runNoun } from "../store/reconciling/nouns/run.ts";
import { answerOf } from "./answer.ts";
import type * as answers from "./answers.ts";
import { documentOf, type Moment, type Window } from "./asked.ts";
import type { Asking } from "./asking.ts";
import { checked } from "./owner.ts";

/** The books as a whole: what an app's own jobs and finance do. */
export interface Books {
  /**
   * Asks the providers that have an `apiKey` for what they never delivered, and applies it like webhooks. Each list is read on from
   * where it was left, unless a window is named.
   * @throws Refused `api_key_missing` if there is nobody to ask
   */
  backfill(asked?: BackfillAsked): Promise<answers.Backfill>;
  /** Compares the books with what a provider states, at one level, and gives the comparison as it ended. */
  reconcile(asked: ReconcileAsked): Promise<answers.Reconciliation>;
  /** Derives everything anew from what providers sent and what was decided, and compares. */
  audit(): Promise<answers.Audit>;
  /** Shows what booking charges anew under a stored version of the policy changes; posts it with `apply: true` and a reason. */
  rebook(asked: RebookAsked): Promise<answers.Rebooked>;
  /**
   * A file for finance, piece by piece: `charges.csv`, `movements.csv`, `entries.csv`, `wallets.csv`, `discrepancies.csv`,
   * `usage.csv`, `uncovered.csv`, `rollforward.csv`, `journal.hledger`, and what else the API has at `/v1/exports/`.
   * @throws Refused `export_unknown`, or `request_invalid` for a parameter that the file does not have
   */
  exports(name: string, parameters?: ExportAsked): AsyncGenerator<string>;
}

export interface BackfillAsked extends Window {
  /** All that have a key, unless one is named. */
  readonly provider?: OwnProvider;
}

export interface ReconcileAsked {
  /** `paddle` or `stripe`. */
  readonly provider: string;
  /** `completeness`, `posting`, `settlement`, `payout`, `rollforward`, `customer_credit` or `wallets`. */
  readonly level: answers.Reconciliation["level"];
  /** From then on: a time, or a day (`2026-01-31`), which begins at midnight in `zone`. */
  readonly from: Moment;
  /** Until then, which is not in it. */
  readonly to: Moment;
  /** `UTC` unless said otherwise. */
  readonly zone?: string;
  /** `default` unless said otherwise. */
  readonly account?: string;
  /** Only rows of this currency. */
  readonly currency?: string;
  /** One payout, at the level `payout`. */
  readonly payoutRef?: string;
  /** Reports that were imported, to compare with. */
  readonly statementIds?: readonly string[];
}

export interface RebookAsked extends Window {
  /** The number of a stored version. */
  readonly policy: number;
  /** Without it nothing is posted. */
  readonly apply?: boolean;
  /** With `apply` it is needed: every entry carries it. */
  readonly reason?: string;
}

/** What a file takes: most a window and a clock, some a month. */
export interface ExportAsked extends Window {
  /** By which clock `from`, `to` and `month` are meant: the provider's (`effective`) or ours (`posted`), as the export has it. */
  readonly clock?: "effective" | "posted";
  /** `2026-10`. */
  readonly month?: string;
  /** Where months begin; `UTC` unless said otherwise. */
  readonly zone?: string;
  /** Only rows of this currency. */
  readonly currency?: string;
  /** `minor` unless said otherwise; `major` writes 4.99 for 499. */
  readonly units?: "major" | "minor";
}

export function booksOf(asking: Asking, stopping: AbortSignal): Books {
  return {
    backfill: async (asked) => {
      const body = checked(backfillBody, documentOf(["provider", "from", "to"], asked));
      const { provider, from = null, to = null } = body;
      const known = asking.services.sources.map(({ source }) => source.provider);
      if (provider === undefined ? known.length === 0 : !known.includes(provider))
        throw new RefusedInput(
          "api_key_missing",
          `${provider ?? "paddle or stripe"}: there is no apiKey to ask with`,
        );
      const providers = provider === undefined ? null : [provider];
      const window = from === null && to === null ? null : { from, to };
      const reports = await asking.ask((services) => backfill(services, { providers, window, stopping }));
      return answerOf(backfillAnswer, backfillAnswer.toJson(reports));
    },
    reconcile: async (asked) => {
      const request = checked(requestBody(asking.services), documentOf(reconcileNames, asked));
      const run = await asking.ask((services) =>
        reconcileNow(services, request, { by: "library", stopping }),
      );
      return answerOf(runNoun, runNoun.toJson(run));
    },
    audit: async () => {
      const report = await asking.ask((services) => services.auditor.run());
      return answerOf(auditAnswer, auditAnswer.toJson(report));
    },
    rebook: async (asked) => {
      const body = checked(rebookBody, documentOf(["policy", "from", "to", "apply", "reason"], asked));
      const { policy: policyVersion, from = null, to = null, apply, reason } = body;
      const options = { policyVersion, from, to, apply, reason };
      const [charges, transfers] = await asking.ask(
        async (services) =>
          [await allOf(rebook(services, options)), await allOf(rebookTransfers(services, options))] as const,
      );
      const done = { policyVersion, applied: apply, reason: apply ? reason : null, charges, transfers };
      return answerOf(rebookAnswer, rebookAnswer.toJson(done));
    },
    exports: async function* (name, parameters) {
      const file = exportFile(name, documentOf(exportNames, parameters) as Record<string, string>);
      if (file.kind === "refused") throw new RefusedInput("request_invalid", file.problem);
      asking.refuseClosed();
      try {
        yield* file.pieces(asking.services);
      } catch (error) {
        throw asking.told(error);
      }
    },
  };
}

async function allOf<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

const window = { from: instant, to: instant };
const backfillBody = z
  .strictObject({ provider: z.enum(providerNames).optional(), ...window })
  .refine(({ from, to }) => from === undefined || to === undefined || from < to, {
    path: ["to"],
    message: "must be after from",
  });

const rebookBody = z
  .strictObject({
    policy: z.int().min(1),
    ...window,
    apply: z.boolean().default(false),
    reason: z.string().trim().max(500).default(""),
  })
  .refine(({ apply, reason }) => !apply || reason !== "", {
    path: ["reason"],
    message: "is needed to apply it: every entry will carry it",
  });

const reconcileNames = [
  "provider",
  "account",
  "level",
  "from",
  "to",
  "zone",
  "currency",
  "payoutRef",
  "statementIds",
] as const;
const exportNames = ["from", "to", "clock", "month", "zone", "currency", "units"] as const;
