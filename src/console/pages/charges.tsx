import type { ComponentChildren } from "preact";
import { chargeStatuses, reversals } from "../../domain/charge/charge.ts";
import { isSummable, summableDays } from "../../services/charges/read-charges.ts";
import {
  type ChargeSumWithParts,
  type SummedPart,
  summedParts,
  sumsWithParts,
} from "../../services/charges/sum-waterfall.ts";
import { chargeFilterOf, chargeWords } from "../../services/documents/charge.ts";
import { tables } from "../../services/documents/exports/tables.ts";
import { text } from "../../services/documents/parameters.ts";
import type { ChargeView } from "../../store/charges/read/charge-view.ts";
import {
  type ChargeFilter,
  chargesByTime,
  hasAtMostCharges,
  type Sifted,
} from "../../store/charges/read/charges.ts";
import type { TimedPage } from "../../store/engine/read/page.ts";
import { FileLinks, listFile } from "../kit/files.tsx";
import {
  Choice,
  currencyText,
  Filters,
  LookedThrough,
  ProviderChoice,
  pageSize,
  placeQuery,
  Words,
} from "../kit/lists.tsx";
import { type PageContext, page } from "../kit/page.ts";
import { Empty, grouped, Money, Pager, Status, Table, Time } from "../kit/parts.tsx";
import { during } from "../kit/period.ts";
import { chargeStatusWords, providerName, reversalWords } from "../kit/words.ts";

const listQuery = { provider: text, ...chargeWords, currency: currencyText };

type Asked = Parameters<typeof chargeFilterOf>[0] & { provider?: string | undefined };

const filterOf = ({ provider, ...words }: Asked, { from, to }: PageContext["period"]): ChargeFilter => ({
  ...chargeFilterOf(words),
  provider,
  from,
  to,
});

/** Charges that one page looks through for what no index leads to, and that its sums are of at most. */
const most = { lookedThrough: 10_000, summed: 50_000 } as const;

export const chargesPage = page({
  path: "/charges",
  title: "Charges",
  periodBy: "effective",
  query: { ...listQuery, ...placeQuery },
  read: async ({ services, query: { after = null, before = null, ...asked }, period, asOf }) => {
    const filter = filterOf(asked, period);
    const db = services.store.read;
    const summedUp = async () => {
      const hasSums = isSummable(filter, asOf.at) && (await hasAtMostCharges(db, filter, most.summed));
      return hasSums ? sumsWithParts(services, filter) : null;
    };
    const [list, sums] = await Promise.all([
      chargesByTime(db, filter, { limit: pageSize, after, before }, most.lookedThrough),
      summedUp(),
    ]);
    return { list, sums, providers: [...services.providers.keys()] };
  },
  render: ({ list, sums, providers }, context) => (
    <>
      <h1>Charges</h1>
      <p>What providers asked customers to pay, newest first, and what of it became wallet value.</p>
      {context.clock === "posted" ? (
        <p class="notice">Charges are listed by when they happened: they have no other time.</p>
      ) : null}
      <Filters context={context}>
        <ProviderChoice providers={providers} context={context} />
        <Choice
          name="status"
          label="Status"
          words={Object.fromEntries(chargeStatuses.map((status) => [status, chargeStatusWords[status][0]]))}
          context={context}
        />
        <Choice
          name="reversal"
          label="Given back"
          words={Object.fromEntries(reversals.map((reversal) => [reversal, reversalWords[reversal][0]]))}
          context={context}
        />
        <Words name="currency" label="Currency" size={5} context={context} />
        <Words name="owner" label="Owner" context={context} />
        <Words name="customer_ref" label="Customer" context={context} />
        <Words name="invoice_number" label="Invoice number" context={context} />
        <Choice name="no_owner" label="Whose" words={{ true: "nobody's" }} context={context} />
        <Choice
          name="waiting_for"
          label="Waits for"
          words={{ document: "its document", customer: "its customer" }}
          context={context}
        />
      </Filters>
      <LookedThrough list={list} what="charges" />
      {list.rows.length === 0 ? (
        <NoCharge list={list} context={context} />
      ) : (
        <Found list={list} sums={sums} context={context} />
      )}
    </>
  ),
});

interface FoundProps {
  readonly list: TimedPage<ChargeView> & Sifted;
  readonly sums: readonly ChargeSumWithParts[] | null;
  readonly context: PageContext;
}

function Found({ list, sums, context }: FoundProps) {
  return (
    <>
      {sums === null ? (
        <p class="word">
          Sums of the whole list are shown for a period of at most {summableDays} days, for an owner or a
          customer, if it has at most {grouped(String(most.summed))} charges; its file has all of them.
        </p>
      ) : (
        <>
          <Sums sums={sums} />
          <HowTheyHangTogether sums={sums} />
        </>
      )}
      <ChargeTable charges={list.rows} context={context} />
      <ChargePager list={list} context={context} />
      <FileLinks context={context} list="/charges" />
    </>
  );
}

function ChargePager({ list: { next, previous }, context }: Omit<FoundProps, "sums">) {
  const { after, before } = context.query as { after?: string; before?: string };
  const first = after === undefined && before === undefined;
  return <Pager context={context} first={first} next={next} previous={previous} label="Pages of charges" />;
}

function NoCharge({ list, context }: Omit<FoundProps, "sums">) {
  if (list.lookedThrough !== null) return <ChargePager list={list} context={context} />;
  const asked = Object.keys(context.query).length > 0 || context.period.name !== "all time";
  return asked ? (
    <Empty>
      No charge {during("of", context.period)} is like this.{" "}
      <a href={context.to("/charges")}>All charges of all time</a>
    </Empty>
  ) : (
    <Empty>
      No charge has been heard of. Point a provider's webhooks at /webhooks/paddle or /webhooks/stripe, or ask
      it for what there was: tallyhook backfill.
    </Empty>
  );
}

/** Of the whole filter, one row a currency: two currencies have no sum. */
function Sums({ sums }: { sums: readonly ChargeSumWithParts[] }) {
  const column = (head: string) => ({ head, isNumeric: true });
  return (
    <Table
      caption="What all charges of this list come to, by currency, not of this page alone"
      columns={[
        { head: "Currency" },
        column("Charges"),
        column("Total"),
        column("Credit spent or carried over"),
        column("Asked to pay"),
        column("Collected"),
        column("Refunded"),
        column("Withdrawn by disputes"),
        column("To wallets"),
        column("Taken back"),
      ]}
      rows={sums.map(({ currency, count, unstated, ...sum }) => ({
        key: currency,
        cells: [
          currency,
          <>
            {String(count)}
            {unstated === 0n ? null : <span class="word"> ({String(unstated)} not stated yet)</span>}
          </>,
          ...[
            sum.total,
            sum.creditApplied,
            sum.grandTotal,
            sum.collected,
            sum.refunded,
            sum.disputed,
            sum.toppedUp,
            sum.takenBack,
          ].map((amount, index) => <Money key={String(index)} amount={amount} currency={currency} />),
        ],
      }))}
    />
  );
}

const partWords: Readonly<Record<SummedPart, string>> = {
  credit_applied: "− credit spent or carried over",
  credit_issued: "+ given to customers as credit",
  credit_notes_applied: "− credit notes before it was paid",
  debt_brought_forward: "+ debt of earlier documents",
  in_drafts: "− in drafts, which nobody has been asked to pay yet",
  still_to_be_paid: "− still to be paid",
  uncollectible: "− given up as uncollectible",
  called_off: "− called off",
  taken_off: "− taken off before it was paid",
  paid_outside: "− paid outside the provider",
  overpaid: "+ paid beyond that",
  collected_unstated: "− not stated yet whether it was collected",
  of_unseen: "+ collected for documents that were not seen yet",
};

const stageWords = { grandTotal: "= asked to pay", collected: "= collected" } as const;

/** As on the page of one charge: a part that there is none of in any currency is left out. */
function HowTheyHangTogether({ sums }: { readonly sums: readonly ChargeSumWithParts[] }) {
  const row = (key: string, head: ComponentChildren, of: (sum: ChargeSumWithParts) => bigint) => ({
    key,
    cells: [
      head,
      ...sums.map((sum) => <Money key={sum.currency} amount={of(sum)} currency={sum.currency} />),
    ],
  });
  const stage = (name: keyof typeof summedParts) => [
    ...summedParts[name]
      .filter((part) => sums.some(({ parts }) => parts !== null && parts[part] !== 0n))
      .map((part) => row(part, partWords[part], ({ parts }) => parts?.[part] ?? 0n)),
    ...(sums.some(({ gaps }) => gaps[name] !== 0n)
      ? [row(`${name} gap`, gapWord(sums), ({ gaps }) => gaps[name])]
      : []),
    row(name, <strong>{stageWords[name]}</strong>, (sum) => sum[name]),
  ];
  return (
    <Table
      caption="How these sums come from each other: drafts, and what was given up or called off, are in the total"
      columns={[{ head: "What" }, ...sums.map(({ currency }) => ({ head: currency, isNumeric: true }))]}
      rows={[
        row("total", <strong>Total</strong>, ({ total }) => total),
        ...stage("grandTotal"),
        ...stage("collected"),
      ]}
    />
  );
}

const gapWord = (sums: readonly ChargeSumWithParts[]): string =>
  sums.some(({ parts }) => parts === null)
    ? "± all of that together: too many charges have some to tell it apart; a shorter period does"
    : "± does not add up, or a part is not stated yet: the charge's own page says which";

export function ChargeTable({
  charges,
  context,
  caption = `Charges ${during("of", context.period)}, newest first`,
}: {
  readonly charges: readonly ChargeView[];
  readonly context: PageContext;
  readonly caption?: string;
}) {
  return (
    <Table
      caption={caption}
      columns={[
        { head: "Charge" },
        { head: "When" },
        { head: "Provider" },
        { head: "Status" },
        { head: "Owner" },
        { head: "Invoice number" },
        { head: "Currency" },
        { head: "Total", isNumeric: true },
        { head: "Credit spent or carried over", isNumeric: true },
        { head: "Collected", isNumeric: true },
        { head: "To the wallet", isNumeric: true },
        { head: "Taken back", isNumeric: true },
      ]}
      rows={charges.map(({ charge, owner, settledAt, toppedUp, takenBack }) => {
        const { key, currency } = charge;
        const [word, tone] = chargeStatusWords[charge.status];
        const money = (amount: bigint | null) => (
          <Money amount={amount} currency={currency} provider={key.provider} />
        );
        return {
          key: charge.id,
          cells: [
            <a class="id" key="id" href={context.to(`/charges/${charge.id}`)}>
              {key.ref}
            </a>,
            <Time key="at" at={settledAt ?? charge.statusChangedAt} />,
            providerName(key.provider),
            <>
              <Status tone={tone}>{word}</Status>
              {charge.reversal === "none" ? null : (
                <span class="word"> {reversalWords[charge.reversal][0]}</span>
              )}
            </>,
            owner === null ? (
              <span class="unknown">nobody's</span>
            ) : (
              <a class="id" key="owner" href={context.here({ owner, after: null, before: null })}>
                {owner}
              </a>
            ),
            charge.invoiceNumber ?? "",
            currency,
            money(charge.total),
            money(charge.creditApplied),
            money(charge.collected),
            money(toppedUp),
            money(takenBack),
          ],
        };
      })}
    />
  );
}

export const chargesFile = listFile({
  name: "charges.csv",
  periodBy: "effective",
  query: listQuery,
  table: tables.charges,
  read: ({ query, period }, db, page) => chargesByTime(db, filterOf(query, period), page),
});
