import { ageGroups } from "../../domain/reconciling/ages.ts";
import { navigation } from "../kit/navigation.ts";
import { page } from "../kit/page.ts";
import { Status, Table } from "../kit/parts.tsx";
import { outcomeWords, verdictWords } from "../kit/words.ts";

const shortcuts: readonly (readonly [keys: string, what: string])[] = [
  ["/", "to the search"],
  ["j, k", "to the next and the previous row of a list"],
  ["Enter", "opens the row"],
  ["?", "this page"],
  ...navigation.map(({ key, label }) => [`g, then ${key}`, label] as const),
];

const verdicts: Readonly<Record<keyof typeof verdictWords, string>> = {
  not_reconciled:
    "At least one figure differs from what the provider states, and nobody has settled it. Everything else was compared up to the time that is named.",
  incomplete:
    "Something was missing to decide: a report that was not imported, or a list that could not be read to its end.",
  not_compared: "At least one level was never compared over all of its rows.",
  settled_since:
    "What differed was settled after the last comparison. Only the next one says that all agrees.",
  agrees: "Every level that the provider can state was compared, and each row agrees or is explained.",
};

const outcomes: Readonly<Record<keyof typeof outcomeWords, string>> = {
  applied: "It is in the books.",
  duplicate: "It was delivered again: nothing happened the second time.",
  ignored: "It says nothing of money.",
  waiting: "What it is about has not been heard of yet.",
  parked: "It cannot be read, or contradicts itself. It is kept as it came.",
  failed: "Applying it failed: it is tried again by itself.",
};

/** The words that pages use, each with one meaning; docs/glossary.md has all of them. */
const glossary: readonly (readonly [word: string, meaning: string])[] = [
  [
    "charge",
    "what a provider asks a customer to pay: a transaction at Paddle, an invoice at Stripe, or a payment that has no invoice",
  ],
  [
    "movement",
    "money or credit that went the other way on a charge: a refund, a dispute, a credit, or what undid one",
  ],
  ["asked to pay", "what is left of the total after credit that the provider held for the customer"],
  ["collected", "cash that the provider really took for a charge, so far"],
  ["credit", "money that the provider holds for a customer. It never touches a wallet by itself"],
  ["settled", "paid for good: from then on a charge moves a wallet"],
  ["wallet", "the prepaid value of one owner in one currency"],
  ["owner", "the app's own key for a customer. Who was never linked is called by provider and customer"],
  [
    "covered, not covered",
    "what a wallet could pay of what was asked of it when it was asked, and what it could not",
  ],
  [
    "when it happened",
    "by the clock of the provider. In wallets and accounts usage counts from when the app told it, by this clock too: a balance decided then what it covers. When it occurred stands at its line",
  ],
  ["when we booked it", "by our own clock. By this clock a month that has passed never changes"],
  [
    "as of",
    "the moment that all of a page is of, and the number of the newest entry that the journal had then; numbers rise, and not all are used",
  ],
  ["not stated yet", "nobody has said it. It is not 0"],
  ["discrepancy", "one disagreement between what we hold and what the provider states"],
  [
    "level",
    "what is compared with what: completeness, posting, settlement, payout, roll-forward, customer credit",
  ],
];

export const helpPage = page({
  path: "/help",
  title: "Help",
  query: {},
  read: async () => null,
  render: () => (
    <>
      <h1>Help</h1>
      <p>
        Amounts below zero stand in brackets. Times are UTC; with the pointer on one it says what that is
        where you are. What stands in the address of a page is all that it shows: it can be kept and sent to
        others.
      </p>
      <h2>Words</h2>
      <dl>
        {glossary.map(([word, meaning]) => (
          <>
            <dt>{word}</dt>
            <dd>{meaning}</dd>
          </>
        ))}
      </dl>
      <h2>What a verdict means</h2>
      <Table
        caption="Of each account of a provider, on the overview"
        columns={[{ head: "Verdict" }, { head: "Meaning" }]}
        rows={Object.entries(verdictWords).map(([state, [word, tone]]) => ({
          key: state,
          cells: [
            <Status key="word" tone={tone}>
              {word}
            </Status>,
            verdicts[state as keyof typeof verdicts],
          ],
        }))}
      />
      <h2>What became of an event</h2>
      <Table
        caption="Of each event that a provider sent"
        columns={[{ head: "Outcome" }, { head: "Meaning" }]}
        rows={Object.entries(outcomeWords).map(([outcome, [word, tone]]) => ({
          key: outcome,
          cells: [
            <Status key="word" tone={tone}>
              {word}
            </Status>,
            outcomes[outcome as keyof typeof outcomes],
          ],
        }))}
      />
      <h2>Ages</h2>
      <p>
        Age counts from when a thing should have agreed, in whole days: {ageGroups.join(", ")}. What may still
        come by itself is not due. Figures of one document that contradict each other were due on no day:
        their age counts from when that was noticed.
      </p>
      <h2>Keys</h2>
      <p>They work outside of fields, and nothing needs them.</p>
      <Table
        caption="Shortcuts"
        columns={[{ head: "Key" }, { head: "Where to" }]}
        rows={shortcuts.map(([keys, what]) => ({ key: keys, cells: [<kbd key="keys">{keys}</kbd>, what] }))}
      />
    </>
  ),
});
