import type { ComponentChildren } from "preact";
import { personsResolutions } from "../../domain/books.ts";
import { ageingGroups, ageOf } from "../../domain/reconciling/ages.ts";
import type { Level } from "../../domain/reconciling/level.ts";
import { figureKinds, type Stated } from "../../domain/reconciling/reconciled-row.ts";
import { statedDifferences } from "../../domain/reconciling/stated-differences.ts";
import { oneOf, text } from "../../services/documents/parameters.ts";
import { ageingOf, mostAged } from "../../services/reconciling/read-overview.ts";
import { readDiscrepanciesByDue, readDiscrepancy } from "../../services/reconciling/read-runs.ts";
import { mostAtOnce, previewChoices } from "../../services/reconciling/resolve-discrepancy.ts";
import type { Services } from "../../services/services.ts";
import { currenciesOfCharges } from "../../store/charges/read/charges.ts";
import type { ListedDiscrepancy } from "../../store/reconciling/nouns/discrepancy.ts";
import { kindsOfDiscrepancies, lastShown } from "../../store/reconciling/read/discrepancies.ts";
import { openDifferences } from "../../store/reconciling/read/overview.ts";
import { Choice, ListFilters, ProviderChoice, pageSize } from "../kit/lists.tsx";
import { NotFound, type PageContext, page } from "../kit/page.ts";
import { ActionForm, Empty, Money, Pager, Status, Table, Time } from "../kit/parts.tsx";
import {
  creditDifferenceWord,
  creditWord,
  headsOfSides,
  levelWords,
  providerName,
  rowClassWords,
  settledAs,
  spaced,
} from "../kit/words.ts";
import { EntryLink } from "./accounts.tsx";
import { AgeingTable, ageHeads } from "./ageing.tsx";
import { ComparisonLink } from "./reconciliations.tsx";
import {
  bearingAccounts,
  type Chosen,
  PostingFields,
  resolutionWords as personsWords,
  postingQuery,
  Remarks,
  ResolveChoice,
  requestsOf,
  SettledBy,
} from "./resolving.tsx";
import { currencyOf, ReportedBy, Sides, SubjectLink, sidesSideBySide } from "./sides.tsx";

/** What is asked for is what is open, unless it is said otherwise. */
const states = { resolved: "settled", all: "open or settled" } as const;
const assignees = { mine: "me", nobody: "nobody" } as const;

export const discrepanciesPage = page({
  path: "/discrepancies",
  title: "Discrepancies",
  query: {
    status: oneOf(["open", "resolved", "all"]),
    kind: text.transform((words) => words?.trim().toLowerCase().replaceAll(/\s+/g, "_")),
    provider: text,
    age: oneOf(ageingGroups),
    assignee: oneOf(["mine", "nobody"]),
    after: text,
  },
  read: async ({ services, person, query: { after = null, status = "open", assignee, ...filter }, asOf }) => {
    const list = await readDiscrepanciesByDue(
      services,
      {
        ...filter,
        ...(status === "all" ? {} : { status }),
        ...(assignee === undefined ? {} : { assignee: assignee === "mine" ? person.name : null }),
      },
      { limit: pageSize, after, now: asOf.at },
    );
    const [currencies, open, kinds] = await Promise.all([
      currenciesOf(services, list.rows),
      openDifferences(services.store.read, mostAged + 1),
      kindsOfDiscrepancies(services.store.read),
    ]);
    const ageing = ageingOf(open, asOf.at, mostAged);
    return { list, currencies, ageing, providers: [...services.providers.keys()], kinds };
  },
  render: ({ list: { rows, next }, currencies, ageing, providers, kinds }, context) => (
    <>
      <h1>Discrepancies</h1>
      <p>Where what a provider states and what we hold do not agree.</p>
      <h2>Open ones by age</h2>
      <AgeingTable ageing={ageing} context={context} />
      <h2>The list</h2>
      <ListFilters context={context}>
        <Choice name="status" label="State" words={states} none="open" context={context} />
        <Choice name="age" label="Days since due" words={ageHeads} context={context} />
        <Choice name="assignee" label="Looked into by" words={assignees} context={context} />
        <ProviderChoice providers={providers} context={context} />
        <Choice name="kind" label="Kind" words={kindWords(kinds, context.query.kind)} context={context} />
      </ListFilters>
      {rows.length === 0 ? (
        <Empty>
          {Object.keys(context.query).length === 0
            ? "None is open: nothing differs that nobody has settled."
            : context.query.kind === undefined
              ? "No discrepancy is like this."
              : `No discrepancy like this is of the kind “${spaced(context.query.kind)}”: a kind is what stands under “What differs”.`}
        </Empty>
      ) : (
        <Choosing context={context}>
          <Table
            caption="Discrepancies, what should have agreed for the longest time first"
            columns={[
              { head: "What differs" },
              { head: "State" },
              { head: "Provider" },
              { head: "Level" },
              { head: "They say less we say" },
              { head: "Days since due", isNumeric: true },
              { head: "Opened" },
              { head: "About" },
              { head: "Looked into by" },
              ...(mayChoose(context) ? [{ head: "Choose" }] : []),
            ]}
            rows={rows.map((discrepancy) => ({
              key: discrepancy.id,
              cells: [
                <a key="id" href={context.to(`/discrepancies/${discrepancy.id}`)}>
                  {spaced(discrepancy.kind)}
                </a>,
                <State key="state" discrepancy={discrepancy} />,
                providerName(discrepancy.provider),
                discrepancy.row === null ? "its own figures" : levelWords[discrepancy.row.level],
                <Differences
                  key="differences"
                  discrepancy={discrepancy}
                  currency={currencies.get(discrepancy.chargeId ?? "") ?? null}
                />,
                discrepancy.status === "open"
                  ? String(ageOf(dueAt(discrepancy), context.asOf.at) ?? "not due")
                  : "–",
                <Time key="opened" at={discrepancy.openedAt} />,
                <About key="about" discrepancy={discrepancy} context={context} />,
                discrepancy.assignee === null ? "–" : <bdi key="assignee">{discrepancy.assignee}</bdi>,
                ...(mayChoose(context) ? [<Tick key="tick" discrepancy={discrepancy} />] : []),
              ],
            }))}
          />
        </Choosing>
      )}
      <Pager
        context={context}
        first={context.query.after === undefined}
        next={next}
        label="Pages of discrepancies"
      />
    </>
  ),
});

/** In what a document's own figures are, where no row says it. */
async function currenciesOf(
  { store }: Services,
  rows: readonly ListedDiscrepancy[],
): Promise<ReadonlyMap<string, string>> {
  const ids = new Set(
    rows.flatMap(({ chargeId, row }) => (chargeId === null || row !== null ? [] : [chargeId])),
  );
  return currenciesOfCharges(store.read, [...ids]);
}

interface Props {
  readonly discrepancy: ListedDiscrepancy;
}

const mayChoose = ({ person }: Pick<PageContext, "person">): boolean => person.role === "finance";

/** Several of one kind can be settled by one word. */
function Choosing({
  context,
  children,
}: {
  readonly context: PageContext;
  readonly children: ComponentChildren;
}) {
  if (!mayChoose(context)) return <>{children}</>;
  return (
    <ActionForm context={context} path="/discrepancies/choose" action="discrepancy.choose">
      {children}
      <p>
        <button type="submit">Settle those that are ticked</button>{" "}
        <span class="word">
          up to {mostAtOnce} of one kind, level and currency; the next page shows what it posts
        </span>
      </p>
    </ActionForm>
  );
}

function Tick({ discrepancy: { id, kind, status } }: Props) {
  if (status !== "open") return null;
  return <input type="checkbox" name="id" value={id} aria-label={`Choose ${spaced(kind)} ${id}`} />;
}

const dueAt = ({ row, openedAt }: ListedDiscrepancy): bigint => row?.dueAt ?? openedAt;

function State({ discrepancy: { status, resolution } }: Props) {
  return (
    <Status tone={status === "open" ? "bad" : "good"}>
      {status === "open" ? "open" : settledAs(resolution)}
    </Status>
  );
}

/** Those that were ever found here, figures that any comparison holds, and what the address asks for. */
function kindWords(found: readonly string[], asked: string | undefined): Readonly<Record<string, string>> {
  const kinds = new Set([...found, ...Object.values(figureKinds), ...(asked === undefined ? [] : [asked])]);
  return Object.fromEntries([...kinds].sort().map((kind) => [kind, spaced(kind)]));
}

function Differences({
  discrepancy: { kind, row, detail, provider },
  currency: ofDocument,
}: Props & { readonly currency: string | null }) {
  const differences = statedDifferences({ kind, differences: row?.differences ?? [], detail }, ofDocument);
  if (differences.length === 0) return <span class="unknown">no amount</span>;
  return (
    <>
      {differences.map(({ currency, amount }) => (
        <div key={currency}>
          <Money amount={amount} currency={currency} provider={provider} /> {currency}
          {row?.level === "customer_credit" ? (
            <span class="word"> {creditDifferenceWord(amount)}</span>
          ) : null}
        </div>
      ))}
    </>
  );
}

function About({
  discrepancy: { chargeId, row },
  context,
}: Props & { readonly context: Pick<PageContext, "to"> }) {
  if (chargeId !== null)
    return (
      <a class="id" href={context.to(`/charges/${chargeId}`)}>
        {chargeId}
      </a>
    );
  return row === null ? "" : <SubjectLink subject={null} name={row.key} context={context} />;
}

export const discrepancyPage = page({
  path: "/discrepancies/:id",
  query: postingQuery,
  read: async (context) => {
    const { services, params } = context;
    const { id = "" } = params;
    const found = await readDiscrepancy(services, id);
    if (found === undefined) throw new NotFound("discrepancy of this id", id);
    const { chargeId, row } = found.discrepancy;
    const isShown = row !== null;
    const [currencies, shown, choices] = await Promise.all([
      currenciesOfCharges(services.store.read, chargeId === null ? [] : [chargeId]),
      isShown ? lastShown(services.store.read, id) : undefined,
      choicesOf(found.discrepancy, context),
    ]);
    return { ...found, currency: currencies.get(chargeId ?? "") ?? null, shown, ...choices };
  },
  title: ({ discrepancy }) => `Discrepancy: ${spaced(discrepancy.kind)}`,
  render: ({ discrepancy, steps, shown, currency, choices, known }, context) => {
    const { provider, row } = discrepancy;
    const of = { currency: currencyOf(discrepancy, currency), provider };
    const sides = sidesSideBySide(discrepancy.detail, of);
    return (
      <>
        <h1>{spaced(discrepancy.kind)}</h1>
        <p class="states">
          <State discrepancy={discrepancy} />
        </p>
        <SettledBy found={{ discrepancy, steps }} context={context} />
        <dl class="facts">
          <dt>Provider</dt>
          <dd>
            {providerName(provider)}
            {discrepancy.account === "default" ? "" : `, account ${discrepancy.account}`}
          </dd>
          <dt>Level</dt>
          <dd>{row === null ? "the figures of one document" : levelWords[row.level]}</dd>
          <dt>About</dt>
          <dd>
            <About discrepancy={discrepancy} context={context} />
          </dd>
          <dt>They say less we say</dt>
          <dd>
            <Differences discrepancy={discrepancy} currency={currency} />
          </dd>
          <dt>It should have agreed from</dt>
          <dd>
            <Time at={dueAt(discrepancy)} />
            {discrepancy.status === "open"
              ? `, ${ageOf(dueAt(discrepancy), context.asOf.at) ?? 0} days ago`
              : ""}
            {row?.dueAt == null ? (
              <span class="word">
                {" "}
                (when it was noticed: what contradicts itself in one document was due on no day, so that its
                age counts from then)
              </span>
            ) : null}
          </dd>
          <dt>Opened</dt>
          <dd>
            <Time at={discrepancy.openedAt} />
          </dd>
          {discrepancy.eventId === null ? null : (
            <>
              <dt>Event</dt>
              <dd>
                <a class="id" href={context.to(`/events/${encodeURIComponent(discrepancy.eventId)}`)}>
                  {discrepancy.eventId}
                </a>
              </dd>
            </>
          )}
          {shown === undefined ? null : (
            <>
              <dt>Shown last by</dt>
              <dd>
                the{" "}
                <ComparisonLink id={shown.run} context={context}>
                  comparison
                </ComparisonLink>{" "}
                begun <Time at={shown.startedAt} />, as {rowClassWords[shown.class]}
              </dd>
            </>
          )}
          <dt>Looked into by</dt>
          <dd>{discrepancy.assignee === null ? "nobody" : <bdi>{discrepancy.assignee}</bdi>}</dd>
          <dt>Our id</dt>
          <dd>
            <code>{discrepancy.id}</code>
          </dd>
        </dl>
        <ReportedBy detail={discrepancy.detail} context={context} />
        {discrepancy.resolution === "posted" || discrepancy.resolution === "written_off" ? (
          <p>{untilTheyAgree}</p>
        ) : null}
        <h2>Each side, field by field</h2>
        {discrepancy.status === "open" ||
        (discrepancy.resolution ?? "disappeared") !== "disappeared" ? null : (
          <p>As they were when they last differed: both sides have come to agree since.</p>
        )}
        {sides.pairs.length === 0 && shown === undefined ? null : (
          <Table
            caption="Both sides"
            columns={["Field", ...headsOfSides(row?.level, providerName(provider))].map((head) => ({ head }))}
            rows={[
              ...(shown === undefined
                ? []
                : [
                    {
                      key: "row",
                      cells: [
                        "the row",
                        <StatedAmount
                          key="left"
                          stated={shown.left}
                          provider={provider}
                          level={row?.level}
                        />,
                        <StatedAmount
                          key="right"
                          stated={shown.right}
                          provider={provider}
                          level={row?.level}
                        />,
                      ],
                    },
                  ]),
              ...sides.pairs.map(([name, theirs, ours]) => ({
                key: name,
                cells: [name, <bdi key="theirs">{theirs ?? "–"}</bdi>, <bdi key="ours">{ours ?? "–"}</bdi>],
              })),
            ]}
          />
        )}
        {sides.others.length === 0 ? (
          sides.pairs.length === 0 ? (
            <Empty>Neither side states more.</Empty>
          ) : null
        ) : (
          <Table
            caption="What else is known of it"
            columns={[{ head: "Field" }, { head: "Said" }]}
            rows={sides.others.map(([name, said]) => ({
              key: name,
              cells: [name, <bdi key="said">{said}</bdi>],
            }))}
          />
        )}
        <h2>History</h2>
        {steps.length === 0 ? (
          <Empty>Nobody and nothing has done anything to it.</Empty>
        ) : (
          <Table
            caption="Who or what did what to it, oldest first"
            columns={[
              { head: "What" },
              { head: "When" },
              { head: "By" },
              { head: "Why" },
              { head: "Posted" },
              { head: "Each side then" },
            ]}
            rows={steps.map((step, index) => ({
              key: String(index),
              cells: [
                `${spaced(step.action).replace("resolved", "settled")}${step.resolution === null ? "" : `: ${settledAs(step.resolution)}`}`,
                <Time key="at" at={step.at} />,
                step.actor === null ? (
                  step.reconciliationId === null ? (
                    "an event"
                  ) : (
                    <ComparisonLink key="run" id={step.reconciliationId} context={context}>
                      a comparison
                    </ComparisonLink>
                  )
                ) : (
                  <bdi>{step.actor}</bdi>
                ),
                step.reason === null ? "" : <bdi key="why">{step.reason}</bdi>,
                step.entryId === null ? "" : <EntryLink key="entry" id={step.entryId} context={context} />,
                <Sides key="sides" detail={step.detail} {...of} />,
              ],
            }))}
          />
        )}
        {context.person.role === "finance" ? <Remarks discrepancy={discrepancy} context={context} /> : null}
        {discrepancy.status === "open" ? (
          <>
            <h2>What can be done</h2>
            <p>
              It goes away by itself once both sides agree. A person's word settles it for as long as both
              sides stay as they are.
            </p>
            {choices === null ? (
              <Empty>To settle it is for the role finance.</Empty>
            ) : (
              <>
                {choices.some(mayPost) ? (
                  <form method="get" action={context.to(`/discrepancies/${discrepancy.id}`)} class="filters">
                    <PostingFields context={context} known={known} />
                    <button type="submit">Show what it posts</button>
                    <p>{untilTheyAgree}</p>
                  </form>
                ) : (
                  <p class="notice">
                    No posting can settle it. {insteadOfPosting(discrepancy)} Where it is to stay as it is, “
                    {personsWords.accepted[0]}” settles it for a reason.
                  </p>
                )}
                {choices
                  .filter((choice) => !posts(choice) || mayPost(choice))
                  .map((choice) => (
                    <ResolveChoice
                      key={choice.chosen.resolution}
                      context={context}
                      discrepancies={[discrepancy]}
                      {...choice}
                    />
                  ))}
              </>
            )}
          </>
        ) : null}
      </>
    );
  },
});

/** What becomes of what is posted: nobody has to take it back, and nobody can. */
const untilTheyAgree =
  "What is posted stands as long as both sides say what they say now; no person takes it back. The next comparison does so by itself, " +
  "with an entry of its own, as soon as they agree, or differ otherwise.";

type PreviewedChoice = Pick<Parameters<typeof ResolveChoice>[0], "chosen" | "preview">;

const posts = ({ chosen: { resolution } }: PreviewedChoice): boolean =>
  resolution === "written_off" || resolution === "posted";

/** Whether it posts, or would with another account or amount. */
function mayPost(choice: PreviewedChoice): boolean {
  const { preview } = choice;
  if (!posts(choice)) return false;
  if (typeof preview === "string") return true;
  return preview.result.kind !== "refused" || preview.result.result.kind !== "nothing_to_post";
}

/** What can be done about a difference that is not one of our accounts. */
function insteadOfPosting({ row, kind, provider }: ListedDiscrepancy): string {
  const name = providerName(provider);
  if (kind === "credit_source_unknown")
    return `${name} let the customer draw more credit than we heard it give: ask ${name} for everything that it has (tallyhook backfill), and see in its dashboard who gave it.`;
  if (kind === "row_unplaced")
    return `${name} booked something on our balance that has no place here yet: it stands in an account of its own under assets:suspense, and agrees once a later version places it. See in ${name}'s dashboard what it is.`;
  switch (row?.level) {
    case "completeness":
      return `What one side has and the other has not is asked for, not posted away: tallyhook backfill asks ${name} for everything that it has.`;
    case "posting":
    case "wallets":
      return "Our own books do not follow from what was heard: run the audit, and tell whoever runs this.";
    case "customer_credit":
      return `What ${name} owes its customers is on no account of ours: it is put right at ${name}.`;
    case "settlement":
    case "payout":
    case "rollforward":
      return "It has no amount, or amounts in several currencies: see what each side states, and have it put right where it is wrong.";
    case undefined:
      return `The figures of one document contradict each other, and no account of ours is off by them alone: see the document at ${name}, and ask for it again (tallyhook backfill).`;
  }
}

/** What each way of settling it posts, for somebody who may; books are read once for all of them. */
async function choicesOf(discrepancy: ListedDiscrepancy, { services, decide, person, query }: PageContext) {
  if (discrepancy.status !== "open" || person.role !== "finance") return { choices: null, known: [] };
  const { account = null, amount = null, is_new: isNew } = query as Partial<Record<string, string>>;
  const known = await bearingAccounts(services);
  const all = personsResolutions.map((resolution) => {
    const chosen: Chosen = {
      resolution,
      account: resolution === "posted" ? account : null,
      amount,
      isNew: isNew !== undefined,
    };
    const requests = requestsOf([discrepancy], chosen, { reason: "", by: person.name, known });
    return { chosen, requests };
  });
  const asked = all.flatMap(({ requests }) => (typeof requests === "string" ? [] : requests));
  const [first, ...others] = asked;
  const previews = first === undefined ? [] : await previewChoices(services, decide, [first, ...others]);
  const choices = all.map(({ chosen, requests }) => ({
    chosen,
    preview: typeof requests === "string" ? requests : (previews.shift() as (typeof previews)[number]),
  }));
  return { choices, known };
}

function StatedAmount({
  stated,
  provider,
  level,
}: {
  readonly stated: Stated | null;
  readonly provider: string;
  readonly level: Level | undefined;
}) {
  if (stated === null) return <>nothing</>;
  return (
    <>
      <Money {...stated} provider={provider} /> {stated.currency}
      {level === "customer_credit" ? <span class="word"> {creditWord(stated.amount)}</span> : null}
    </>
  );
}
