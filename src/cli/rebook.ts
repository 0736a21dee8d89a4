import {
  type RebookDifference,
  type RebookOptions,
  rebook,
  rebookTransfers,
  type TransferDifference,
} from "../services/charges/rebook.ts";
import { rebookAnswer } from "../services/documents/rebook.ts";
import type { Services } from "../services/services.ts";
import { byOption, command, exitCode, jsonOption, readConfiguration, UsageError } from "./kit/command.ts";
import { fromOption, readTime, toOption } from "./kit/options.ts";
import { money, print, printJson, table } from "./kit/output.ts";
import { type Say, whileWorking } from "./kit/sign-of-life.ts";
import { withServices } from "./kit/with-services.ts";

export const rebookCommand = command({
  description:
    "Shows what booking settled charges anew under a stored version of the policy would change in wallets. Nothing is changed " +
    "without --apply, which posts the differences as entries that carry the reason. Without --from and --to the version in " +
    "force books what has not settled anew too, and money that moved without a charge: what follows when books_start_at was " +
    "changed.",
  options: {
    policy: { type: "string", takes: "N", says: "the number of the version; doctor says which is in force" },
    from: { ...fromOption, says: "only charges that settled from then on: an RFC 3339 time, or a day" },
    to: toOption,
    apply: { type: "boolean", says: "post the differences" },
    reason: { type: "string", says: "why: every entry will carry it" },
    by: byOption,
    json: jsonOption,
  },
  async run(values) {
    const options: RebookOptions = {
      policyVersion: readVersion(values.policy),
      from: readTime("--from", values.from),
      to: readTime("--to", values.to),
      apply: values.apply,
      reason: readReason(values),
    };
    const { apply } = options;
    const book = async (services: Services) => {
      const { policies } = services;
      const versions = [...policies.versions(), policies.current.version];
      if (!versions.includes(options.policyVersion))
        return refuseVersion(options.policyVersion, policies.versions());
      const differences = await whileWorking("Booking anew", (say) => differencesOf(services, options, say));
      const { policyVersion, reason } = options;
      const done = { policyVersion, applied: apply, reason: apply ? reason : null, ...differences };
      if (values.json) printJson(rebookAnswer.toJson(done));
      else print(describe(differences, options));
      return exitCode.right;
    };
    return withServices(readConfiguration(), book, { putsPolicyInForce: apply, by: values.by });
  },
});

interface Differences {
  readonly charges: readonly RebookDifference[];
  readonly transfers: readonly TransferDifference[];
}

async function differencesOf(services: Services, options: RebookOptions, say: Say): Promise<Differences> {
  const charges: RebookDifference[] = [];
  for await (const difference of rebook(services, options)) {
    charges.push(difference);
    say(`${charges.length} differ so far`);
  }
  const transfers: TransferDifference[] = [];
  for await (const difference of rebookTransfers(services, options)) transfers.push(difference);
  return { charges, transfers };
}

function readVersion(text: string | undefined): number {
  if (text === undefined) throw new UsageError("Give the version with --policy N.");
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new UsageError("--policy must be the number of a version.");
}

/** The past is not changed without saying why. */
function readReason({
  apply,
  reason = "",
}: {
  readonly apply: boolean;
  readonly reason: string | undefined;
}): string {
  const text = reason.trim();
  if (apply && text === "") throw new UsageError("--apply needs --reason TEXT: every entry will carry it.");
  return text;
}

function refuseVersion(version: number, versions: readonly number[]): number {
  process.stderr.write(`There is no policy version ${version}. Stored are ${versions.join(", ")}.\n`);
  return exitCode.wrong;
}

function describe({ charges, transfers }: Differences, { policyVersion, apply }: RebookOptions): string {
  const counts = [counted(charges.length, "charge"), counted(transfers.length, "transfer")];
  const said = counts.filter((count) => count !== null).join(" and ");
  if (said === "") return `Under policy version ${policyVersion} no charge differs.`;
  return [
    ...(charges.length === 0 ? [] : [tableOfCharges(charges, policyVersion)]),
    ...(transfers.length === 0 ? [] : [tableOfTransfers(transfers)]),
    apply ? `${said} booked anew.` : `${said} would change. Nothing was posted; --apply --reason TEXT does.`,
  ].join("\n");
}

function counted(count: number, noun: string): string | null {
  return count === 0 ? null : `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function tableOfCharges(charges: readonly RebookDifference[], policyVersion: number): string {
  const change = ([before, after]: RebookDifference["toppedUp"], currency: string) =>
    before === after
      ? money(after.toString(), currency)
      : `${money(before.toString(), currency)} → ${money(after.toString(), currency)}`;
  const rows = charges.map(({ ref, walletId, fromVersion, currency, ...of }) => [
    ref,
    walletId ?? "–",
    `${fromVersion ?? "–"} → ${policyVersion}`,
    change(of.toppedUp, currency),
    change(of.takenBack, currency),
    change(of.debited, currency),
  ]);
  const amounts = ["topped up", "taken back", "debited"];
  return table(["charge", "wallet", "policy", ...amounts], rows, amounts);
}

function tableOfTransfers(transfers: readonly TransferDifference[]): string {
  const rows = transfers.flatMap(({ ref, postings }) =>
    postings.map(({ account, currency, amount }) => [ref, account, money(amount.toString(), currency)]),
  );
  return table(["transfer", "account", "posts"], rows, ["posts"]);
}
