import type { ComponentChildren } from "preact";
import { merchantOfRecordOf, settledOf } from "../../domain/book/book.ts";
import type { Entry } from "../../domain/book/journal.ts";
import type { Settled } from "../../domain/book/settled.ts";
import type { Charge } from "../../domain/charge/charge.ts";
import { reducedBeforeSettlement } from "../../domain/charge/fold.ts";
import {
  gapKinds,
  type SettledPart,
  settledStage,
  type WaterfallPart,
  type WaterfallStage,
  type WaterfallSum,
  waterfallOf,
} from "../../domain/charge/waterfall.ts";
import type { ChargeId } from "../../domain/ids.ts";
import { type Amount, absolute, sum } from "../../domain/money.ts";
import { type ChargeStory, readChargeStory } from "../../services/charges/read-charges.ts";
import type { LineView } from "../../store/charges/read/charge-view.ts";
import { MovedTo, NotFound, type PageContext, page } from "../kit/page.ts";
import {
  Empty,
  Money,
  moneyText,
  postingCells,
  postingColumns,
  type Row,
  Status,
  Table,
  Time,
} from "../kit/parts.tsx";
import {
  chargeKindWords,
  chargeStatusWords,
  effectWords,
  evidenceWords,
  outcomeWords,
  providerName,
  reversalWords,
  settledAs,
  spaced,
} from "../kit/words.ts";
import { EntryLink, entryKindWord } from "./accounts.tsx";
import { movementTable } from "./movements.tsx";
import { OwnerLink } from "./no-owner.tsx";
import { currencyOf, Sides } from "./sides.tsx";
import { WalletLineTable, WalletLink } from "./wallet-lines.tsx";

export const chargePage = page({
  path: "/charges/:id",
  query: {},
  read: async ({ services, params: { id = "" } }) => {
    const story = await readChargeStory(services, id as ChargeId);
    if (story === undefined) throw new NotFound("charge of this id", id);
    const found = story.view.charge.id;
    if (found !== id) throw new MovedTo(`/charges/${found}`);
    return story;
  },
  title: ({ view: { charge } }) => `${chargeKindWords[charge.kind]} ${charge.key.ref}`,
  render: (story, context) => (
    <>
      <Head story={story} context={context} />
      <Why story={story} context={context} />
      <Credit story={story} context={context} />
      <Lines story={story} />
      <WhereTheMoneyWent story={story} context={context} />
      <GivenBack story={story} context={context} />
      <WalletSide story={story} context={context} />
      <Discrepancies story={story} context={context} />
      <NotKnown story={story} />
      <Books story={story} context={context} />
      <Events story={story} context={context} />
    </>
  ),
});

/** Whose the tax is follows from it. */
function sellerOf(charge: Charge): string | null {
  const merchant = merchantOfRecordOf(charge);
  if (merchant === null) return null;
  return merchant === "company"
    ? "we ourselves: its tax is ours to pay"
    : `${providerName(charge.key.provider)}, as merchant of record: its tax is none of ours`;
}

interface Props {
  readonly story: ChargeStory;
  readonly context: PageContext;
}

function Head({ story: { view }, context }: Props) {
  const { charge, owner, pin, basis, settledAt } = view;
  const { key, kind, status, reversal } = charge;
  const [word, tone] = chargeStatusWords[status];
  const [back, backTone] = reversalWords[reversal];
  const facts: [string, ComponentChildren][] = [
    [
      "Provider",
      `${providerName(key.provider)}${key.account === "default" ? "" : `, account ${key.account}`}`,
    ],
    ["Seller", sellerOf(charge)],
    ["Invoice number", charge.invoiceNumber],
    [
      settledAt === null ? "Last change" : "Settled",
      <Time key="at" at={settledAt ?? charge.statusChangedAt} />,
    ],
    ["Billed", charge.billedAt === null ? null : <Time key="billed" at={charge.billedAt} />],
    [
      "Owner",
      <>
        {owner === null ? (
          <span class="unknown">nobody's: no customer is known</span>
        ) : (
          <a href={context.to("/charges", { owner })}>{owner}</a>
        )}
        <OwnerLink id={charge.id} context={context} />
      </>,
    ],
    ["Customer", charge.customerRef],
    ["Subscription", charge.subscriptionRef],
    ["Why it was made", charge.origin === null ? null : spaced(charge.origin)],
    ["Wallet", pin?.walletId ? <WalletLink id={pin.walletId} context={context} /> : null],
    [
      "Policy",
      pin === null ? null : `version ${pin.policyVersion}${basis === null ? "" : `, basis ${spaced(basis)}`}`,
    ],
    ["Paid with", paymentMethodOf(charge)],
    [
      "Our id",
      <span key="id">
        <code>{charge.id}</code>{" "}
        <button type="button" data-copy={charge.id} hidden>
          copy
        </button>
      </span>,
    ],
  ];
  return (
    <>
      <h1>
        {chargeKindWords[kind]} {key.ref}
      </h1>
      <p class="states">
        <Status tone={tone}>{word}</Status>
        {reversal === "none" ? null : <Status tone={backTone}>{back}</Status>}
        {charge.livemode === false ? <Status tone="open">test mode, no real money</Status> : null}
      </p>
      <dl class="facts">
        {facts.map(([name, value]) =>
          value === null || value === undefined ? null : (
            <>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </>
          ),
        )}
      </dl>
    </>
  );
}

function paymentMethodOf({ paymentMethod: method }: Charge): string | null {
  if (method === null) return null;
  const ending = method.last4 === null ? "" : ` ending in ${method.last4}`;
  return `${method.brand === null ? spaced(method.type) : `${method.brand} ${spaced(method.type)}`}${ending}`;
}

const sumWords: Readonly<Record<WaterfallSum, string>> = {
  total: "= total",
  grand_total: "= asked to pay",
  collected: "= collected",
};

function partWords({ key, kind, status }: Charge): Readonly<Record<WaterfallPart, string>> {
  const provider = providerName(key.provider);
  return {
    subtotal: "Subtotal",
    discount: "− discount",
    tax: kind === "transaction" ? `+ tax (${provider}'s, not ours)` : "+ tax",
    credit_spent: `− credit ${provider} held for the customer`,
    carried_over: "− carried over to the next invoice",
    credit_notes_applied: "− credit notes before it was paid",
    credit_issued: "+ given to the customer as credit",
    debt_brought_forward: "+ debt of earlier documents",
    reduced_before_settlement: status === "void" ? "− called off" : "− taken off before it was paid",
    paid_outside: `− paid outside ${provider}`,
    outstanding: "− still to be paid",
    overpaid: "+ paid beyond that",
  };
}

/** The figures in the order in which one comes from another, each sum held against its parts. */
function Why({ story, context }: Props) {
  const { charge } = story.view;
  if (charge.kind === "unseen")
    return (
      <>
        <h2>What was sold</h2>
        <Empty>
          Only what followed from this document is known yet: the document itself was never told. It becomes
          known when {providerName(charge.key.provider)} sends it, or is asked for it.
        </Empty>
      </>
    );
  const stages = waterfallOf({
    ...charge,
    paidOutside: charge.collected === null ? null : (charge.linked?.paidOutside ?? 0n),
    reducedBeforeSettlement: reducedBeforeSettlement(charge),
  });
  const words = partWords(charge);
  const largest = largestOf(stages);
  const money = (amount: Amount | null) => (
    <Money amount={amount} currency={charge.currency} provider={charge.key.provider} />
  );
  const evidence = ` ${evidenceWords[charge.collectedEvidence]}`;
  const rows = stages.flatMap((stage): Row[] => [
    ...stage.parts
      .filter(({ name, amount }) => name === "subtotal" || amount !== 0n)
      .map(({ name, amount }) => ({
        key: name,
        cells: [words[name], money(amount), <Bar key="bar" amount={amount} largest={largest} kind="part" />],
      })),
    {
      key: stage.name,
      cells: [
        <strong key="sum">{sumWords[stage.name]}</strong>,
        <strong key="amount">{money(stage.stated)}</strong>,
        <>
          <Bar amount={stage.stated} largest={largest} kind="sum" />
          {stage.name === "collected" && stage.stated !== null ? <span class="word">{evidence}</span> : null}
        </>,
      ],
    },
  ]);
  return (
    <>
      <h2>{headingOf(charge)}</h2>
      <Table
        caption={`How it comes from what was sold to what was collected, in ${charge.currency}`}
        columns={[{ head: "What" }, { head: charge.currency, isNumeric: true }, { head: "Drawn to scale" }]}
        rows={rows}
      />
      {stages.map((stage) => (
        <Gap
          key={stage.name}
          stage={stage}
          sum={sumWords[stage.name].slice(2)}
          words={words}
          story={story}
          context={context}
        />
      ))}
    </>
  );
}

/** The question that is asked of this charge. */
function headingOf({ total, grandTotal, collected, currency, key }: Charge): string {
  const asked = collected ?? grandTotal;
  if (asked === null || total === null) return "What was sold, and what was paid for it";
  const text = (amount: Amount) => moneyText(amount, currency, key.provider);
  return asked === total
    ? `Why ${text(asked)} ${currency}`
    : `Why ${text(asked)} and not ${text(total)} ${currency}`;
}

/** By how much a sum is not what its parts come to, and why. */
function Gap<Name extends WaterfallSum | "net", PartName extends string>({
  stage,
  sum,
  words,
  story,
  context,
}: {
  readonly stage: WaterfallStage<Name, PartName>;
  readonly sum: string;
  readonly words: Readonly<Record<PartName, string>>;
} & Props) {
  const { charge } = story.view;
  if (stage.gap === null) {
    if (stage.unstated.length === 0 || stage.stated === null) return null;
    const names = stage.unstated.map((name) => words[name].replace(/^[−+] /, "")).join(", ");
    return (
      <p class="notice">
        Whether this comes to what is {sum} cannot be told: {names}{" "}
        {stage.unstated.length === 1 ? "is" : "are"} not stated yet.
      </p>
    );
  }
  if (stage.gap === 0n) return null;
  const kinds: readonly string[] = gapKinds[stage.name];
  const known = story.discrepancies.find(({ kind, status }) => status === "open" && kinds.includes(kind));
  return (
    <p class="notice" role="note">
      <strong>
        These figures do not add up by {moneyText(absolute(stage.gap), charge.currency, charge.key.provider)}{" "}
        {charge.currency}
      </strong>
      : what is {sum} is {stage.gap > 0n ? "more" : "less"} than its parts.{" "}
      {known === undefined ? (
        "Nobody has said why yet."
      ) : (
        <>
          It is known: <a href={context.to(`/discrepancies/${known.id}`)}>{spaced(known.kind)}</a>.
        </>
      )}
    </p>
  );
}

function largestOf(stages: readonly WaterfallStage<string, string>[]): Amount {
  const all = stages.flatMap(({ parts, stated }) => [stated, ...parts.map(({ amount }) => amount)]);
  return all.reduce<Amount>((largest, amount) => {
    const size = amount === null ? 0n : absolute(amount);
    return size > largest ? size : largest;
  }, 1n);
}

const barWidth = 240;

/** What is taken off is drawn in another colour and shape; the figure beside it says the same. */
function Bar({ amount, largest, kind }: { amount: Amount | null; largest: Amount; kind: "part" | "sum" }) {
  if (amount === null) return null;
  const width = Number((absolute(amount) * BigInt(barWidth)) / largest);
  const style = amount < 0n ? "went" : kind === "sum" ? "sum" : "came";
  return (
    <svg
      class="bar"
      aria-hidden="true"
      focusable="false"
      viewBox={`0 0 ${barWidth} 10`}
      width={barWidth}
      height="10"
    >
      <rect class={style} x="0" y={amount < 0n ? 3 : 0} width={width} height={amount < 0n ? 4 : 10} />
    </svg>
  );
}

function Credit({ story: { credit, view }, context }: Props) {
  if (credit === null) return null;
  const { currency, key } = view.charge;
  const provider = providerName(key.provider);
  return (
    <>
      <h2>Where the credit came from</h2>
      <CreditOf
        credit={credit}
        currency={currency}
        provider={key.provider}
        name={provider}
        context={context}
      />
    </>
  );
}

function CreditOf({
  credit,
  currency,
  provider,
  name,
  context,
}: {
  readonly credit: NonNullable<ChargeStory["credit"]>;
  readonly currency: string;
  readonly provider: string;
  readonly name: string;
  readonly context: PageContext;
}) {
  switch (credit.kind) {
    case "customer_unknown":
      return <Empty>Whose credit it was is not known: the document names no customer.</Empty>;
    case "too_many":
      return (
        <Empty>Too many documents have changed this customer's credit to say which of them gave it.</Empty>
      );
    case "explained": {
      const unexplained = (
        <p class="notice">
          <Money amount={credit.unexplained} currency={currency} provider={provider} /> {currency} came from
          nothing that we have heard of: it was given before our books began, or by something that {name} has
          not told us.
        </p>
      );
      if (credit.sources.length === 0) return unexplained;
      const rows = credit.sources.map(({ step, used }) => {
        const of = credit.charges.get(step.chargeId)?.charge;
        return {
          key: `${step.chargeId} ${step.movementId} ${step.at}`,
          cells: [
            <a class="id" key="of" href={context.to(`/charges/${step.chargeId}`)}>
              {of?.key.ref ?? step.chargeId}
            </a>,
            step.movementId === null ? "by the document itself" : "by a credit on it",
            <Time key="at" at={step.at} />,
            <Money key="given" amount={step.change} currency={currency} provider={provider} />,
            <Money key="used" amount={used} currency={currency} provider={provider} />,
          ],
        };
      });
      return (
        <>
          <p>
            {name} holds one sum for each customer and says of no part of it where it came from. Here what was
            given first is taken to be spent first.
          </p>
          <Table
            caption={`What gave the credit that was spent here, in ${currency}`}
            columns={[
              { head: "Given by" },
              { head: "How" },
              { head: "When" },
              { head: `Given, ${currency}`, isNumeric: true },
              { head: `Spent here, ${currency}`, isNumeric: true },
            ]}
            rows={rows}
          />
          {credit.unexplained === 0n ? null : unexplained}
        </>
      );
    }
    default:
      return credit satisfies never;
  }
}

function Lines({ story: { lines, view } }: Pick<Props, "story">) {
  const { currency, key } = view.charge;
  if (lines.length === 0) return null;
  const money = (amount: Amount) => <Money amount={amount} currency={currency} provider={key.provider} />;
  return (
    <>
      <h2>Lines</h2>
      <Table
        caption={`What was sold, line by line, in ${currency}`}
        columns={[
          { head: "Line" },
          { head: "Quantity", isNumeric: true },
          { head: "Subtotal", isNumeric: true },
          { head: "Discount", isNumeric: true },
          { head: "Tax", isNumeric: true },
          { head: "Total", isNumeric: true },
          { head: "Part of a period" },
          { head: "Of what was paid", isNumeric: true },
          { head: "What it does" },
        ]}
        rows={lines.map(({ line, effect, share }) => ({
          key: line.ref,
          cells: [
            <>
              {line.description ?? line.ref}
              {line.priceRef === null ? null : (
                <>
                  <br />
                  <span class="id quiet">{line.priceRef}</span>
                </>
              )}
            </>,
            line.quantity ?? <span class="unknown">not stated</span>,
            money(line.subtotal),
            money(line.discount),
            money(line.tax),
            money(line.total),
            prorationOf(line),
            money(share),
            effectWords[effect],
          ],
        }))}
      />
    </>
  );
}

function prorationOf({ proration }: LineView["line"]): ComponentChildren {
  if (proration === null) return "whole";
  return (
    <>
      {proration.rate === null ? "part" : proration.rate}
      {proration.startsAt === null ? null : (
        <>
          {" "}
          <Time at={proration.startsAt} of="day" /> to <Time at={proration.endsAt} of="day" />
        </>
      )}
    </>
  );
}

const settledWords: Readonly<Record<SettledPart, string>> = {
  gross: "Gross",
  tax: "− tax the provider withholds",
  fee: "− fee",
  dispute_fee: "− fee of a dispute",
};

function WhereTheMoneyWent({ story, context }: Props) {
  const { charge, settledAt } = story.view;
  const settled = settledOf(charge);
  const provider = providerName(charge.key.provider);
  if (settledAt === null) return null;
  const payout =
    story.payouts.length === 0 ? (
      <span class="unknown">not stated yet</span>
    ) : (
      story.payouts.map(({ ref, id }) =>
        id === null && context.person.role === "finance" ? (
          <a class="id" key={ref} href={context.to("/search", { q: ref })}>
            {ref}
          </a>
        ) : id === null ? (
          <span class="id" key={ref}>
            {ref}
          </span>
        ) : (
          <a class="id" key={ref} href={context.to(`/payouts/${id}`)}>
            {ref}
          </a>
        ),
      )
    );
  const stage = settled === null ? null : settledStage(settled);
  const money = (amount: Amount | null, currency: string) => (
    <Money amount={amount} currency={currency} provider={charge.key.provider} />
  );
  return (
    <>
      <h2>Where the money went</h2>
      {settled === null || stage === null ? (
        <Empty>
          {charge.feeState === "none"
            ? `${provider} settles nothing of it with us.`
            : `${provider} has not stated yet what it settles with us: fee and net are not known.`}
        </Empty>
      ) : (
        <>
          <Table
            caption={`What ${provider} settles with us, in ${settled.currency}`}
            columns={[{ head: "What" }, { head: settled.currency, isNumeric: true }, { head: "Of it" }]}
            rows={[
              ...stage.parts
                .filter(({ name, amount }) => name === "gross" || name === "fee" || amount !== 0n)
                .map(({ name, amount }) => ({
                  key: name,
                  cells: [
                    settledWords[name],
                    money(amount, settled.currency),
                    name === "fee" && settled.fxFee !== null ? (
                      <span class="word">
                        {money(settled.fxFee, settled.currency)} of it for the exchange
                      </span>
                    ) : null,
                  ],
                })),
              {
                key: "net",
                cells: [
                  <strong key="net">= on our balance at {provider}</strong>,
                  <strong key="amount">{money(settled.net, settled.currency)}</strong>,
                  settled.exchangeRate === null ? null : (
                    <span class="word">at the rate {settled.exchangeRate}</span>
                  ),
                ],
              },
              ...loweredRows(story, settled, provider),
            ]}
          />
          <Gap stage={stage} sum="on our balance" words={settledWords} story={story} context={context} />
          {story.corrections.length === 0 ? null : (
            <p class="notice">
              These are the figures as they were heard. What was booked besides for its discrepancies is in
              none of them: it is under <a href="#books">Books</a>, with its entries.
            </p>
          )}
        </>
      )}
      {charge.feeState === "none" ? null : <p>Paid out with: {payout}</p>}
    </>
  );
}

/** What credits that lowered it before it was paid take off again: the provider settles them apart from it. */
function loweredRows(
  { movements, view: { charge } }: ChargeStory,
  { currency, net }: Settled,
  provider: string,
): Row[] {
  const lowering = movements.filter(
    ({ movement: { kind, effective, toCustomerBalance }, settled }) =>
      effective &&
      toCustomerBalance === false &&
      (kind === "credit" || kind === "credit_reversal") &&
      settled?.currency === currency,
  );
  if (lowering.length === 0) return [];
  const nets = lowering.map(({ settled }) => settled?.net ?? null);
  const known = nets.filter((one) => one !== null);
  const taken = known.length < nets.length ? null : sum(known);
  const money = (amount: Amount | null) => (
    <Money amount={amount} currency={currency} provider={charge.key.provider} />
  );
  return [
    { key: "lowered", cells: ["− taken off before it was paid", money(taken), null] },
    {
      key: "left",
      cells: [
        <strong key="left">= left of it on our balance at {provider}</strong>,
        <strong key="amount">{money(taken === null || net === null ? null : net + taken)}</strong>,
        null,
      ],
    },
  ];
}

function GivenBack({ story, context }: Props) {
  const { charge } = story.view;
  return (
    <>
      <h2>Given back</h2>
      {story.movements.length === 0 ? (
        <Empty>Nothing.</Empty>
      ) : (
        movementTable(story.movements, context, {
          caption: "Refunds, disputes and credits on this document",
          withCharge: false,
        })
      )}
      {charge.refunded === 0n && charge.disputed === 0n ? null : (
        <p>
          In cash <Money amount={charge.refunded} currency={charge.currency} provider={charge.key.provider} />{" "}
          {charge.currency} were refunded, and{" "}
          <Money amount={charge.disputed} currency={charge.currency} provider={charge.key.provider} />{" "}
          {charge.currency} are withdrawn by disputes now.
        </p>
      )}
    </>
  );
}

function WalletSide({ story, context }: Props) {
  const { charge, toppedUp, takenBack, uncovered } = story.view;
  const money = (amount: Amount) => (
    <Money amount={amount} currency={charge.currency} provider={charge.key.provider} />
  );
  const lines = story.walletLines;
  return (
    <>
      <h2>What it did to a wallet</h2>
      {lines.length === 0 ? (
        <Empty>{whyNoWallet(story.view)}</Empty>
      ) : (
        <>
          <p>
            Topped up {money(toppedUp)}, taken back {money(takenBack)}, of that not covered now{" "}
            {money(uncovered)} {charge.currency}.
          </p>
          <WalletLineTable
            caption={`What each step did, oldest first, in ${charge.currency}`}
            lines={lines}
            currency={charge.currency}
            provider={charge.key.provider}
            context={context}
          />
        </>
      )}
    </>
  );
}

function whyNoWallet({ charge, pin, settledAt }: ChargeStory["view"]): string {
  if (settledAt === null) return "Nothing yet: it has not settled.";
  if (pin !== null && pin.owner === null)
    return "Nothing: nobody knows whose it is, so there is no wallet to top up.";
  if ((charge.linked?.paidOutside ?? 0n) > 0n && charge.collected === 0n)
    return `Nothing: it was paid outside ${providerName(charge.key.provider)}, which saw no money that could top up a wallet. Value for it is granted by hand.`;
  return "Nothing: none of its lines tops up a wallet, or nothing was paid for them.";
}

function Discrepancies({ story: { discrepancies, view }, context }: Props) {
  const { charge } = view;
  return (
    <>
      <h2>Discrepancies</h2>
      {discrepancies.length === 0 ? (
        <Empty>None.</Empty>
      ) : (
        <Table
          caption="Where figures of it disagree"
          columns={[{ head: "What" }, { head: "State" }, { head: "Since" }, { head: "Each side" }]}
          rows={discrepancies.map((discrepancy) => {
            const { id, kind, status, resolution, openedAt, detail } = discrepancy;
            return {
              key: id,
              cells: [
                <a key="id" href={context.to(`/discrepancies/${id}`)}>
                  {spaced(kind)}
                </a>,
                <Status key="state" tone={status === "open" ? "bad" : "good"}>
                  {status === "open" ? "open" : settledAs(resolution)}
                </Status>,
                <Time key="since" at={openedAt} />,
                <Sides
                  key="sides"
                  detail={detail}
                  currency={currencyOf(discrepancy, charge.currency)}
                  provider={charge.key.provider}
                />,
              ],
            };
          })}
        />
      )}
    </>
  );
}

function NotKnown({ story }: Pick<Props, "story">) {
  const unknown = unknownOf(story);
  return (
    <>
      <h2>What is not known yet</h2>
      {unknown.length === 0 ? (
        <Empty>Nothing.</Empty>
      ) : (
        <ul>
          {unknown.map((one) => (
            <li key={one}>{one}</li>
          ))}
        </ul>
      )}
    </>
  );
}

function unknownOf({ view: { charge, pin, settledAt }, payouts }: ChargeStory): string[] {
  const provider = providerName(charge.key.provider);
  return [
    charge.kind === "unseen" ? "The document itself." : null,
    charge.collected === null && charge.kind !== "unseen" ? "What was collected for it." : null,
    charge.collectedEvidence === "stated" && (charge.collected ?? 0n) !== 0n
      ? "The payments themselves: only the document says what was collected."
      : null,
    pin !== null && pin.owner === null ? "Whose it is: the document names no customer." : null,
    charge.feeState === "pending" && settledAt !== null ? `${provider}'s fee.` : null,
    settledAt !== null && charge.feeState !== "none" && payouts.length === 0
      ? "With which payout it was paid out."
      : null,
  ].filter((one) => one !== null);
}

function Books({ story, context }: Props) {
  const { provider } = story.view.charge.key;
  const entries = [...story.entries, ...story.corrections];
  if (entries.length === 0)
    return (
      <>
        <h2 id="books">Books</h2>
        <Empty>Nothing was posted.</Empty>
      </>
    );
  return (
    <>
      <h2 id="books">Books</h2>
      <Table
        caption="What was posted of it, oldest first, then what was booked for its discrepancies; each entry sums to zero in each currency"
        columns={[
          ...postingColumns,
          { head: "Entry" },
          { head: "When it happened" },
          { head: "When we booked it" },
        ]}
        rows={entries.flatMap((entry) => postingRows(entry, provider, context))}
      />
    </>
  );
}

function postingRows(entry: Entry, provider: string, context: PageContext): Row[] {
  return entry.postings.map((posting, index) => ({
    key: `${entry.id} ${posting.account} ${posting.currency}`,
    cells: [
      ...postingCells(posting, provider),
      index > 0 ? (
        ""
      ) : (
        <>
          <EntryLink id={entry.id} context={context} /> {entryKindWord(entry.kind)}
        </>
      ),
      index > 0 ? "" : <Time key="effective" at={entry.effectiveAt} />,
      index > 0 ? "" : <Time key="posted" at={entry.postedAt} />,
    ],
  }));
}

function Events({ story: { events }, context }: Props) {
  return (
    <>
      <h2>Events ({events.length})</h2>
      <Table
        caption="What the provider told of it, in the order in which it came"
        columns={[
          { head: "Type" },
          { head: "What became of it" },
          { head: "When it happened" },
          { head: "Received" },
        ]}
        rows={events.map(({ id, type, outcome, occurredAt, receivedAt }) => {
          const [word, tone] = outcomeWords[outcome];
          return {
            key: id,
            cells: [
              <a key="type" href={context.to(`/events/${encodeURIComponent(id)}`)}>
                {type}
              </a>,
              <Status key="outcome" tone={tone}>
                {word}
              </Status>,
              <Time key="occurred" at={occurredAt} />,
              <Time key="received" at={receivedAt} />,
            ],
          };
        })}
      />
    </>
  );
}
