import { accountStates } from "../../domain/reconciling/account-verdict.ts";
import { ageingGroups } from "../../domain/reconciling/ages.ts";
import { type Level, levels } from "../../domain/reconciling/level.ts";
import type { Missing } from "../../domain/reconciling/run.ts";
import { auditNoun } from "../../store/audit/nouns/audit.ts";
import { amount, count, flag, list, object, oneOf, text, time, told } from "../../store/described/field.ts";
import { answer } from "../../store/described/noun.ts";
import type { OpenCount } from "../../store/inbox/read/inbox-state.ts";
import type { OutboxState } from "../../store/outbox/read/outbox.ts";
import type { DayOfMoney, NobodysSum } from "../../store/reconciling/read/overview.ts";
import type { Ageing, Overview, OverviewAccount, OwedToOwners } from "../reconciling/read-overview.ts";
import type { DestinationFinding } from "../running/destinations.ts";

const many = told<bigint>({ type: "integer" }, Number);

const missing = answer<Missing>()("MissingSource", "What was missing to decide.", () => ({
  code: text,
  detail: text,
}));

const incomplete = answer<{ readonly level: Level; readonly missing: readonly Missing[] }>()(
  "IncompleteLevel",
  "A level that could not be decided.",
  () => ({ level: oneOf(levels), missing: list(object(missing)) }),
);

const account = answer<OverviewAccount>()(
  "AccountVerdict",
  "Whether one account of a provider agrees with our books.",
  (from) => ({
    provider: text,
    account: text,
    state: from(oneOf(accountStates), ({ verdict }) => verdict.state),
    agreesUntil: from(
      time.nullable.about("Everything up to then was compared, and agrees but for what is open."),
      ({ verdict }) => verdict.agreesUntil,
    ),
    isRunning: from(flag.named("running"), ({ verdict }) => verdict.isRunning),
    open: from(count.about("How many discrepancies are open."), ({ verdict }) => verdict.open.count),
    oldestDueAt: from(time.nullable, ({ verdict }) => verdict.open.oldestDueAt),
    neverCompared: from(list(oneOf(levels)), ({ verdict }) => verdict.neverCompared),
    incomplete: from(list(object(incomplete)), ({ verdict }) => verdict.incomplete),
    lastDeliveryAt: time.nullable,
    askedUntil: time.nullable.about("Up to when it was asked for everything."),
    isSilent: from(
      flag
        .named("silent")
        .about(
          "Whether it has not delivered for twice its longest pause of thirty days, and six hours at least.",
        ),
      ({ isSilent }) => isSilent,
    ),
  }),
);

const destination = answer<DestinationFinding>()(
  "DestinationFinding",
  "Something that is wrong with what a provider sends or lets read, as tallyhook doctor says it.",
  () => ({
    provider: text,
    account: text,
    level: oneOf(["wrong", "warning"] as const),
    code: text.example("destination_types_missing"),
    message: text,
  }),
);

const byGroup = told<Readonly<Record<string, unknown>>>(
  {
    type: "object",
    additionalProperties: { type: ["string", "integer"] },
    description: `By days since it was due: ${ageingGroups.join(", ")}.`,
  },
  (all) =>
    Object.fromEntries(
      Object.entries(all).map(([group, value]) => [
        group,
        typeof value === "bigint" ? value.toString() : value,
      ]),
    ),
);

const ageingSum = answer<Ageing["sums"][number]>()(
  "AgeingSum",
  "By how much open discrepancies of one currency differ, without their sign.",
  () => ({ currency: text, byGroup: byGroup }),
);

const ageing = answer<Ageing>()(
  "Ageing",
  "Open discrepancies by how long ago they should have agreed.",
  (from) => ({
    counts: byGroup,
    sums: list(object(ageingSum)),
    unmeasured: count.about("How many state no amount."),
    isCutOff: from(
      flag.named("cut_off").about("Whether there are more than were looked at."),
      ({ isCutOff }) => isCutOff,
    ),
  }),
);

const wallets = answer<OwedToOwners>()("WalletsTotal", "What all wallets hold together.", () => ({
  currency: text,
  paid: amount,
  ofWhichTax: amount.nullable.about(
    "Of `paid`: as the roll-forward has it; null where there are more than a thousand lots with value.",
  ),
  promo: amount,
  held: amount,
  recovery: amount,
}));

const nobodys = answer<NobodysSum>()("NobodysSum", "What was paid, and nobody knows by whom.", () => ({
  currency: text,
  count: many,
  collected: amount,
  givenBack: amount.about("Of that, refunded, and withdrawn by disputes now."),
}));

const open = answer<OpenCount>()("OpenEvents", "Events that are not done with, of one outcome.", (from) => ({
  outcome: from(text, ({ name }) => name),
  count: many,
  oldestAt: time,
}));

const outbox = answer<OutboxState>()("OutboxState", "How much of the outbox is not delivered.", () => ({
  pending: count,
  dead: count,
  oldestPendingAt: time.nullable,
  oldestDeadAt: time.nullable,
}));

const day = answer<DayOfMoney>()("DayOfMoney", "What came in and what went back on one day of UTC.", () => ({
  currency: text,
  day: time,
  came: amount,
  went: amount,
}));

export const overviewAnswer = answer<Overview>()(
  "Overview",
  "Whether anything is wrong, and up to when everything is known to agree.",
  (from) => ({
    at: time,
    accounts: list(object(account)),
    destinations: list(object(destination)).nullable.about(
      "What providers say of where they send, asked once in ten minutes, and deliveries that were refused; null: nobody was asked yet, or no API key is set.",
    ),
    discrepancies: from(object(ageing), (overview) => overview.ageing),
    wallets: list(object(wallets)),
    nobodys: from(list(object(nobodys)).named("no_owner"), (overview) => overview.nobodys),
    events: list(object(open)),
    outbox: object(outbox),
    lastAudit: object(auditNoun).nullable.about("What the last audit said that a server was asked for."),
    moneyFrom: time,
    money: list(object(day)),
  }),
);
