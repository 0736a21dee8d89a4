import type { ComponentChildren } from "preact";
import type { Amount } from "../../domain/money.ts";
import type { AccountVerdict } from "../../domain/reconciling/account-verdict.ts";
import { setting } from "../../domain/setting.ts";
import { formatInstant, nanosecondsPerDay } from "../../domain/time.ts";
import {
  type Overview,
  type OverviewAccount,
  readOverview,
} from "../../services/reconciling/read-overview.ts";
import type { DestinationFinding } from "../../services/running/destinations.ts";
import type { DayOfMoney } from "../../store/reconciling/read/overview.ts";
import { BarChart } from "../chart.tsx";
import { type PageContext, page } from "../kit/page.ts";
import { Empty, Money, moneyText, Status, Table, Time, timeText } from "../kit/parts.tsx";
import { levelWords, outcomeWords, providerName, verdictWords } from "../kit/words.ts";
import { AgeingTable } from "./ageing.tsx";
import { LastAudit } from "./audit.tsx";
import { TaxContained } from "./wallets.tsx";

export const overviewPage = page({
  path: "/",
  title: "Overview",
  query: {},
  read: ({ services, destinations }) => readOverview({ ...services, destinations: async () => destinations }),
  render: (overview, context) => (
    <>
      <h1>Overview</h1>
      <Verdicts overview={overview} context={context} />
      <div class="columns">
        <div>
          <h2>Open discrepancies by age</h2>
          <AgeingTable ageing={overview.ageing} context={context} />
          <WhatWeOwe wallets={overview.wallets} context={context} />
          <Nobodys nobodys={overview.nobodys} context={context} />
        </div>
        <div>
          <Inbox overview={overview} context={context} />
          <Outbox overview={overview} context={context} />
          <h2>On its way to us</h2>
          <p>
            What each account of the ledger holds now, <code>assets:provider</code> and{" "}
            <code>assets:in_transit</code> among them: <a href={context.to("/accounts")}>Accounts</a>.
          </p>
          <LastAudit audit={overview.lastAudit} context={context} />
        </div>
      </div>
      <Money30Days overview={overview} context={context} />
    </>
  ),
});

interface Props {
  readonly overview: Overview;
  readonly context: PageContext;
}

/** One sentence for each account, and where to go from there. */
function Verdicts({ overview: { accounts, destinations }, context }: Props) {
  if (accounts.length === 0)
    return (
      <Empty>
        No provider is configured: set {setting("PADDLE_WEBHOOK_SECRET")} or{" "}
        {setting("STRIPE_WEBHOOK_SECRET")}, and point its webhooks at /webhooks/paddle or /webhooks/stripe.
      </Empty>
    );
  return (
    <ul class="verdicts">
      {accounts.map((account) => (
        <li key={`${account.provider}:${account.account}`}>
          <Sentence account={account} context={context} />
          <Destinations
            findings={(destinations ?? []).filter(
              (one) => one.provider === account.provider && one.account === account.account,
            )}
          />
        </li>
      ))}
    </ul>
  );
}

/** What the provider itself says of where it sends: an event that was never subscribed is money nobody hears of. */
function Destinations({ findings }: { readonly findings: readonly DestinationFinding[] }) {
  return (
    <>
      {findings.map(({ code, level, message }) => (
        <p key={`${code} ${message}`} class="word">
          For whoever runs this: {level === "wrong" ? <strong>{message}</strong> : message}
        </p>
      ))}
    </>
  );
}

function Sentence({ account, context }: { account: OverviewAccount; context: PageContext }) {
  const { provider, verdict, lastDeliveryAt, askedUntil, canBeAsked, isSilent } = account;
  const [word, tone] = verdictWords[verdict.state];
  return (
    <>
      <p class="verdict">
        <strong>
          {providerName(provider)}
          {account.account === "default" ? "" : ` ${account.account}`}
        </strong>{" "}
        <Status tone={tone}>{word}</Status> {whyOf(verdict)}
        {verdict.isRunning ? " It is being compared again now." : ""}
      </p>
      <p class="word">
        {lastDeliveryAt === null ? (
          "No delivery among the latest events."
        ) : (
          <>
            Last delivery <Time at={lastDeliveryAt} />.
          </>
        )}{" "}
        {isSilent ? (
          <strong>
            It has sent nothing for twice as long as it ever paused in thirty days: look whether its
            destination is switched off.{" "}
          </strong>
        ) : null}
        {!canBeAsked ? (
          "It cannot be asked for what was never delivered: no API key is set."
        ) : askedUntil === null ? (
          "It was not asked for all that it has yet."
        ) : (
          <>
            Asked for everything up to <Time at={askedUntil} />.
          </>
        )}{" "}
        {verdict.open.count === 0 ? null : (
          <a href={context.to("/discrepancies", { provider, status: "open" })}>See what differs</a>
        )}
      </p>
    </>
  );
}

/** Why it is so, and up to when all else is known to agree. */
function whyOf({ state, agreesUntil, open, incomplete, neverCompared }: AccountVerdict): ComponentChildren {
  const until = agreesUntil === null ? null : timeText(agreesUntil);
  const levels = (names: readonly AccountVerdict["neverCompared"][number][]) =>
    names.map((level) => levelWords[level]).join(", ");
  const undecided = incomplete.map(({ level, missing }) => {
    const why = missing.map(({ detail }) => detail).join("; ");
    return `${levelWords[level]}${why === "" ? "" : ` (${why})`}`;
  });
  const lacking = [
    neverCompared.length === 0 ? null : `Never compared: ${levels(neverCompared)}.`,
    undecided.length === 0 ? null : `Could not be decided: ${undecided.join(", ")}.`,
  ].filter((sentence) => sentence !== null);
  switch (state) {
    case "not_reconciled": {
      const since =
        open.oldestDueAt === null ? "" : `, the oldest since ${timeText(open.oldestDueAt, "day")}`;
      const rest = until === null ? lacking : [`Everything else up to ${until} agrees.`];
      return [
        `${open.count} ${open.count === 1 ? "figure differs" : "figures differ"}${since}.`,
        ...rest,
      ].join(" ");
    }
    case "incomplete":
    case "not_compared":
      return lacking.length === 0 ? "Nothing was compared yet." : lacking.join(" ");
    case "settled_since":
      return `What differed is settled; that all agrees up to ${until} only the next comparison says.`;
    case "agrees":
      return `Everything up to ${until} agrees.`;
    default:
      return state satisfies never;
  }
}

function WhatWeOwe({ wallets, context }: { wallets: Overview["wallets"]; context: PageContext }) {
  return (
    <>
      <h2>What we owe customers</h2>
      {wallets.length === 0 ? (
        <Empty>There is no wallet yet.</Empty>
      ) : (
        <Table
          caption="What all wallets hold now"
          columns={[
            { head: "Currency" },
            { head: "Paid", isNumeric: true },
            { head: "Of which tax", isNumeric: true },
            { head: "Given away", isNumeric: true },
            { head: "Of it reserved", isNumeric: true },
            { head: "Owed to us", isNumeric: true },
          ]}
          rows={wallets.map(({ currency, paid, ofWhichTax, promo, held, recovery }) => ({
            key: currency,
            cells: [
              <a key="of" href={context.to("/wallets", { currency })}>
                {currency}
              </a>,
              <Money key="paid" amount={paid} currency={currency} />,
              <TaxContained key="tax" amount={ofWhichTax} currency={currency} />,
              ...[promo, held, recovery].map((amount: Amount, index) => (
                <Money key={String(index)} amount={amount} currency={currency} />
              )),
            ],
          }))}
        />
      )}
      {wallets.length === 0 ? null : (
        <p class="word">
          All that is booked by now, also what is dated later.{" "}
          <a href={context.to("/wallets", { at: formatInstant(context.asOf.at), clock: "posted" })}>
            What it was at any other moment, by either clock
          </a>
        </p>
      )}
    </>
  );
}

function Nobodys({ nobodys, context }: { nobodys: Overview["nobodys"]; context: PageContext }) {
  return (
    <>
      <h2>Paid, and nobody's</h2>
      {nobodys.length === 0 ? (
        <Empty>Every charge that was paid has an owner.</Empty>
      ) : (
        <Table
          caption="Charges that were paid and name no customer"
          columns={[
            { head: "Currency" },
            { head: "Charges", isNumeric: true },
            { head: "Collected", isNumeric: true },
            { head: "Given back", isNumeric: true },
            { head: "Left", isNumeric: true },
          ]}
          rows={nobodys.map(({ currency, count, collected, givenBack }) => ({
            key: currency,
            cells: [
              <a key="of" href={context.to("/charges", { no_owner: "true", status: "paid", currency })}>
                {currency}
              </a>,
              String(count),
              <Money key="sum" amount={collected} currency={currency} />,
              <Money key="back" amount={givenBack} currency={currency} />,
              <Money key="left" amount={collected - givenBack} currency={currency} />,
            ],
          }))}
        />
      )}
    </>
  );
}

function Inbox({ overview: { events }, context }: Props) {
  return (
    <>
      <h2>Inbox</h2>
      {events.length === 0 ? (
        <Empty>No event is parked, failed or waiting.</Empty>
      ) : (
        <Table
          caption="Events that are not done with"
          columns={[{ head: "State" }, { head: "Events", isNumeric: true }, { head: "The oldest came" }]}
          rows={events.map(({ name, count, oldestAt }) => {
            const [word, tone] = outcomeWords[name as keyof typeof outcomeWords];
            return {
              key: name,
              cells: [
                <a key="of" href={context.to("/events", { outcome: name })}>
                  <Status tone={tone}>{word}</Status>
                </a>,
                String(count),
                <Time key="oldest" at={oldestAt} />,
              ],
            };
          })}
        />
      )}
    </>
  );
}

function Outbox({ overview: { outbox }, context }: Props) {
  const { pending, dead, oldestPendingAt, oldestDeadAt } = outbox;
  const line = (count: number, word: string, oldest: bigint | null, status: string) =>
    count === 0 ? null : (
      <li key={status}>
        <a href={context.to("/outbox", { status })}>
          {count} {word}
        </a>
        {oldest === null ? null : (
          <>
            , the oldest of <Time at={oldest} />
          </>
        )}
      </li>
    );
  return (
    <>
      <h2>Outbox</h2>
      {pending + dead === 0 ? (
        <Empty>Everything that the app is to know was delivered, or nothing was to be.</Empty>
      ) : (
        <ul>
          {line(pending, "messages wait", oldestPendingAt, "pending")}
          {line(dead, "messages were given up", oldestDeadAt, "dead")}
        </ul>
      )}
    </>
  );
}

function Money30Days({ overview: { money, moneyFrom, at } }: Props) {
  const moved = money.filter(({ came, went }) => came !== 0n || went !== 0n);
  const currencies = [...Map.groupBy(moved, ({ currency }) => currency)].sort(
    ([, a], [, b]) => b.length - a.length,
  );
  return (
    <>
      <h2>Money in and back, by day</h2>
      <p class="word">
        By the day on which a charge settled or money went back, as the provider says when that happened;
        whatever was sold, wallet value or not. It is not cash by day at the bank: that is in the payouts.
      </p>
      {currencies.length === 0 ? (
        <Empty>
          Nothing was collected or given back since <Time at={moneyFrom} of="day" />.
        </Empty>
      ) : (
        <div class="columns">
          {currencies.slice(0, 6).map(([currency, days]) => (
            <DaysOf key={currency} currency={currency} days={days} from={moneyFrom} to={at} />
          ))}
        </div>
      )}
      {currencies.length > 6 ? <p class="word">And {currencies.length - 6} further currencies.</p> : null}
    </>
  );
}

function DaysOf({
  currency,
  days,
  from,
  to,
}: {
  readonly currency: string;
  readonly days: readonly DayOfMoney[];
  readonly from: bigint;
  readonly to: bigint;
}) {
  const points = [];
  for (let day = from; day <= to; day += nanosecondsPerDay) {
    const { came = 0n, went = 0n } = days.find((one) => one.day === day) ?? {};
    points.push({ at: formatInstant(day).slice(5, 10), value: came - went });
  }
  return (
    <BarChart
      id={`money-${currency}`}
      title={`${currency}: collected less given back, by day of UTC`}
      points={points}
      format={(amount) => moneyText(amount, currency)}
    >
      <Table
        caption={`${currency} by day of UTC`}
        columns={[
          { head: "Day" },
          { head: "Collected", isNumeric: true },
          { head: "Given back", isNumeric: true },
        ]}
        rows={days.map(({ day, came, went }) => ({
          key: String(day),
          cells: [
            <Time key="day" at={day} of="day" />,
            <Money key="came" amount={came} currency={currency} />,
            <Money key="went" amount={went} currency={currency} />,
          ],
        }))}
      />
    </BarChart>
  );
}
