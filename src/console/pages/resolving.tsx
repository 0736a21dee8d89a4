import { z } from "zod";
import { type PersonsResolution, personsResolutions } from "../../domain/books.ts";
import type { DiscrepancyId } from "../../domain/ids.ts";
import { type Amount, absolute } from "../../domain/money.ts";
import { bearers, mayBear, type ResolveRequest } from "../../domain/reconciling/resolve.ts";
import { oneOf, text } from "../../services/documents/parameters.ts";
import { type DiscrepancyDetail, readDiscrepancy } from "../../services/reconciling/read-runs.ts";
import {
  type AllResolved,
  mostAtOnce,
  type NotResolved,
  previewResolving,
  remark,
  resolveAll,
  whyNotResolved,
} from "../../services/reconciling/resolve-discrepancy.ts";
import type { Services } from "../../services/services.ts";
import type { Preview } from "../../services/spending/previews.ts";
import { namesBelow } from "../../store/ledger/read/accounts.ts";
import type { ListedDiscrepancy } from "../../store/reconciling/nouns/discrepancy.ts";
import { discrepanciesById } from "../../store/reconciling/read/discrepancies.ts";
import { amountOf, Confirm, confirmedFields, PreviewTable, stale } from "../kit/confirm.tsx";
import { action, type Done, NotFound, type PageContext, page, Refused } from "../kit/page.ts";
import { ActionForm, Empty, Money, moneyText, Table, Time, timeText } from "../kit/parts.tsx";
import { levelWords, providerName, settledAs, spaced } from "../kit/words.ts";
import { EntryLink } from "./accounts.tsx";

/** What a person may say of a discrepancy, and what that means. */
export const resolutionWords: Readonly<Record<PersonsResolution, readonly [word: string, means: string]>> = {
  provider_fixed: ["The provider was wrong", "Nothing is posted: the provider has put it right, or will."],
  accepted: ["It is right as it is", "Nothing is posted: both sides may differ, and the reason says why."],
  written_off: ["Write it off", "The difference goes to expenses:differences, whichever way it points."],
  posted: ["Post it to an account", "The difference goes to the account that you name."],
};

/** What one word settles: some discrepancies in one way. */
export interface Chosen {
  readonly resolution: PersonsResolution;
  readonly account: string | null;
  /** In major units, as it was typed; `null`: all of the difference. */
  readonly amount: string | null;
  /** Whether somebody said that nothing was posted to the account yet, and that it is meant all the same. */
  readonly isNew: boolean;
}

/** Accounts that a difference may go to, of those that anything was posted to. */
export const bearingAccounts = ({ store }: Pick<Services, "store">): Promise<string[]> =>
  namesBelow(store.read, bearers);

/** @returns why not, where the amount is none */
export function requestsOf(
  discrepancies: readonly Pick<ListedDiscrepancy, "id" | "provider" | "row">[],
  { resolution, account, amount: typed, isNew }: Chosen,
  { reason, by, known }: { readonly reason: string; readonly by: string; readonly known: readonly string[] },
): ResolveRequest[] | string {
  if (resolution === "posted" && account !== null && mayBear(account) && !isNew && !known.includes(account))
    return `Nothing was ever posted to an account ${account}. If it is the one that is meant, tick that it is new; else choose one that there is.`;
  const [first] = discrepancies;
  const currency = first?.row?.differences[0]?.currency;
  const posts = resolution === "written_off" || resolution === "posted";
  const amount =
    typed === null || currency === undefined || !posts ? null : amountOf(typed, currency, first?.provider);
  if (typeof amount === "string") return amount;
  const account_ = posts ? account : null;
  return discrepancies.map(({ id }) => ({ id, resolution, account: account_, amount, reason, by }));
}

/** Why it cannot be done, of a discrepancy of this provider. */
export function whyNot(result: NotResolved, provider: string): string {
  if (result.kind !== "amount_invalid") return whyNotResolved(result, "");
  const { currency, amount } = result.largest;
  return whyNotResolved(
    result,
    `${moneyText(amount, currency, provider)} ${currency} (the difference, or what may be written off at most)`,
  );
}

interface ChoiceProps {
  readonly context: PageContext;
  readonly discrepancies: readonly ListedDiscrepancy[];
  readonly chosen: Chosen;
  readonly preview: Preview<AllResolved> | string;
}

/** What one choice posts, and the form that does it. */
export function ResolveChoice({ context, discrepancies, chosen, preview }: ChoiceProps) {
  const [word, means] = resolutionWords[chosen.resolution];
  const provider = discrepancies[0]?.provider ?? "iso";
  const refused =
    typeof preview === "string"
      ? preview
      : preview.result.kind === "refused"
        ? whyNot(preview.result.result, provider)
        : null;
  return (
    <section aria-label={word}>
      <h3>{word}</h3>
      <p>{means}</p>
      {refused !== null || typeof preview === "string" ? (
        <Empty>{refused}</Empty>
      ) : (
        <>
          <InPlainWords discrepancies={discrepancies} preview={preview} provider={provider} />
          <PreviewTable
            preview={preview}
            caption={`What “${word}” posts; below zero is a credit`}
            provider={provider}
          />
          <Confirm
            context={context}
            path="/discrepancies/resolve"
            action="discrepancy.resolve"
            chosen={{
              ids: discrepancies.map(({ id }) => id).join(","),
              resolution: chosen.resolution,
              account: chosen.account ?? "",
              amount: chosen.amount ?? "",
              is_new: chosen.isNew ? "true" : "",
            }}
            preview={preview}
            button={discrepancies.length > 1 ? `${word}: all ${discrepancies.length}` : word}
          />
        </>
      )}
    </section>
  );
}

/** What is booked, and why, as one would say it. */
function InPlainWords({
  discrepancies,
  preview: { entries },
  provider,
}: {
  readonly discrepancies: readonly ListedDiscrepancy[];
  readonly preview: Pick<Preview<unknown>, "entries">;
  readonly provider: string;
}) {
  if (entries.length === 0) return null;
  const isRepeated = discrepancies.some(({ kind }) => kind === "row_duplicated");
  return (
    <>
      <ul>
        {entries.flatMap(({ id, postings }) =>
          postings.map(({ account, amount, currency }) => (
            <li key={`${id} ${account}`}>
              <code>{account}</code> {meaningOf(account, amount)} by{" "}
              {moneyText(absolute(amount), currency, provider)} {currency}.
            </li>
          )),
        )}
      </ul>
      {isRepeated ? (
        <p class="notice">
          They state the row twice, so that their list comes to more than we hold. This books the second one
          as if it were true: it changes what we say {providerName(provider)} owes us. If it is only a mistake
          in their list, “{resolutionWords.provider_fixed[0]}” settles it, and posts nothing.
        </p>
      ) : null}
    </>
  );
}

/** What a posting does to an account, in the words of who reads it: a debit is above zero. */
function meaningOf(account: string, amount: Amount): string {
  const isDebit = amount > 0n;
  const [type = "", kind] = account.split(":");
  if (kind === "customer_credit")
    return isDebit
      ? "says that the customer is owed less, or owes more,"
      : "says that the customer is owed more";
  switch (type) {
    case "assets":
      return isDebit ? "holds more" : "holds less";
    case "expenses":
      return isDebit ? "is a cost that rises" : "is a cost that falls, which is a gain,";
    case "revenue":
      return isDebit ? "is income that falls" : "is income that rises";
    case "liabilities":
      return isDebit ? "is a debt of ours that falls" : "is a debt of ours that rises";
    default:
      return isDebit ? "is debited" : "is credited";
  }
}

/** The account and the part of the difference, where one posts. */
export function PostingFields({
  context,
  known,
}: {
  readonly context: Pick<PageContext, "query">;
  readonly known: readonly string[];
}) {
  const { account, amount, is_new: isNew } = context.query as Partial<Record<string, string>>;
  return (
    <>
      <datalist id="bearing">
        {known.map((name) => (
          <option value={name} key={name} />
        ))}
      </datalist>
      <label>
        Account that bears it
        <input
          type="text"
          name="account"
          value={account ?? ""}
          size={28}
          maxLength={200}
          list="bearing"
          placeholder="expenses:fees:stripe:default"
        />
      </label>
      <label>
        <input type="checkbox" name="is_new" value="true" checked={isNew !== undefined} /> It is a new account
      </label>
      <label>
        Amount, if not all of it
        <input type="text" name="amount" value={amount ?? ""} size={10} maxLength={30} inputMode="decimal" />
      </label>
    </>
  );
}

/** What an address says of where a difference is posted to. */
export const postingQuery = { account: text, amount: text, is_new: oneOf(["true"]) };

const several = z.string().transform((value) => [...new Set(value.split(",").filter(Boolean))]);

/** Several at once, by one word. */
export const resolvePage = page({
  path: "/discrepancies/resolve",
  title: "Settle discrepancies",
  roles: [],
  query: { ids: several.optional(), resolution: oneOf(personsResolutions), ...postingQuery },
  read: async (context) => {
    const { services, decide, person, query } = context;
    const { ids = [], resolution, account = null, amount = null } = query;
    const isNew = query.is_new !== undefined;
    const discrepancies = await discrepanciesById(services.store.read, ids.slice(0, mostAtOnce));
    const closed = discrepancies.filter(({ status }) => status !== "open");
    const known = discrepancies.length === 0 ? [] : await bearingAccounts(services);
    const settled = (await Promise.all(closed.map(({ id }) => readDiscrepancy(services, id)))).filter(
      (found) => found !== undefined,
    );
    if (resolution === undefined || discrepancies.length === 0 || settled.length > 0)
      return { discrepancies, settled, known, choice: null };
    const chosen = { resolution, account, amount, isNew };
    const requests = requestsOf(discrepancies, chosen, { reason: "", by: person.name, known });
    const preview =
      typeof requests === "string" ? requests : await previewResolving(services, decide, requests);
    return { discrepancies, settled, known, choice: { chosen, preview } };
  },
  render: ({ discrepancies, settled, known, choice }, context) => (
    <>
      <h1>
        Settle {discrepancies.length === 1 ? "one discrepancy" : `${discrepancies.length} discrepancies`}
      </h1>
      {discrepancies.length === 0 ? (
        <Empty>
          None was chosen. Tick some in <a href={context.to("/discrepancies")}>the list</a>.
        </Empty>
      ) : (
        <>
          <Table
            caption="What was chosen"
            columns={[
              { head: "What differs" },
              { head: "Provider" },
              { head: "Level" },
              { head: "They say less we say", isNumeric: true },
              { head: "Currency" },
            ]}
            rows={discrepancies.map(({ id, kind, provider, row }) => {
              const difference = row?.differences[0];
              return {
                key: id,
                cells: [
                  <a key="id" href={context.to(`/discrepancies/${id}`)}>
                    {spaced(kind)}
                  </a>,
                  providerName(provider),
                  row === null ? "its own figures" : levelWords[row.level],
                  difference === undefined ? (
                    "no amount"
                  ) : (
                    <Money key="difference" {...difference} provider={provider} />
                  ),
                  difference?.currency ?? "",
                ],
              };
            })}
          />
          {settled.map((found) => (
            <SettledBy key={found.discrepancy.id} found={found} context={context} />
          ))}
          {settled.length > 0 ? (
            <Empty>
              {settled.length === discrepancies.length
                ? "There is nothing left to decide."
                : "Choose the others again to decide on them."}
            </Empty>
          ) : (
            <How discrepancies={discrepancies} known={known} choice={choice} context={context} />
          )}
        </>
      )}
    </>
  ),
});

interface HowProps {
  readonly discrepancies: readonly ListedDiscrepancy[];
  readonly known: readonly string[];
  readonly choice: Omit<ChoiceProps, "context" | "discrepancies"> | null;
  readonly context: PageContext;
}

function How({ discrepancies, known, choice, context }: HowProps) {
  return (
    <>
      <h2>How</h2>
      <form method="get" action={context.to("/discrepancies/resolve")} class="filters">
        <input type="hidden" name="ids" value={discrepancies.map(({ id }) => id).join(",")} />
        <label>
          What is decided
          <select name="resolution">
            {personsResolutions.map((resolution) => (
              <option value={resolution} selected={resolution === choice?.chosen.resolution} key={resolution}>
                {resolutionWords[resolution][0]}
              </option>
            ))}
          </select>
        </label>
        <PostingFields context={context} known={known} />
        <button type="submit">Show what it posts</button>
      </form>
      {choice === null ? null : <ResolveChoice context={context} discrepancies={discrepancies} {...choice} />}
    </>
  );
}

const listOf = z.union([z.string(), z.array(z.string())]).optional();

/** What was ticked in the list, if one word can settle all of it. */
export const chooseAction = action({
  path: "/discrepancies/choose",
  name: "discrepancy.choose",
  fields: { id: listOf },
  run: async ({ services, fields }) => {
    const ids = [...new Set([fields.id ?? []].flat())];
    if (ids.length === 0) throw new Refused("None was ticked.", 400);
    if (ids.length > mostAtOnce) throw new Refused(`At most ${mostAtOnce} are settled at once.`, 400);
    const found = await discrepanciesById(services.store.read, ids);
    if (found.length < ids.length) throw new Refused("One that was ticked is not there.", 400);
    const alike = ({ kind, row }: ListedDiscrepancy) =>
      JSON.stringify([kind, row?.level ?? null, (row?.differences ?? []).map(({ currency }) => currency)]);
    if (new Set(found.map(alike)).size > 1)
      throw new Refused("Only those of one kind, one level and one currency are settled by one word.", 400);
    const closed = found.find(({ status }) => status !== "open");
    if (closed !== undefined) throw new Refused("One that was ticked is not open any more.");
    return { to: `/discrepancies/resolve?ids=${ids.join(",")}`, said: `${ids.length} chosen.` };
  },
});

export const resolveAction = action({
  path: "/discrepancies/resolve",
  name: "discrepancy.resolve",
  fields: {
    ...confirmedFields,
    ids: several.refine((ids) => ids.length > 0 && ids.length <= mostAtOnce, `1 to ${mostAtOnce} at once`),
    resolution: z.enum(personsResolutions),
    account: z.string().max(200).default(""),
    amount: z.string().max(30).default(""),
    is_new: z.enum(["", "true"]).default(""),
  },
  run: async ({ services, person, fields }) => {
    const { ids, resolution, reason, preview, shown } = fields;
    const [account, amount] = [fields.account || null, fields.amount || null];
    const found = await discrepanciesById(services.store.read, ids);
    const inOrder = ids.flatMap((id) => found.find((one) => one.id === id) ?? []);
    if (inOrder.length < ids.length) throw new NotFound("discrepancy of this id", ids[0] ?? "");
    const known = await bearingAccounts(services);
    const chosen = { resolution, account, amount, isNew: fields.is_new === "true" };
    const requests = requestsOf(inOrder, chosen, { reason, by: person.name, known });
    if (typeof requests === "string") throw new Refused(requests, 400);
    const result = await resolveAll(services, requests, preview);
    const query = new URLSearchParams({
      ids: ids.join(","),
      resolution,
      account: fields.account,
      amount: fields.amount,
      is_new: fields.is_new,
    });
    const only = ids.length === 1 ? ids[0] : undefined;
    const back = only === undefined ? `/discrepancies/resolve?${query}` : `/discrepancies/${only}`;
    switch (result.kind) {
      case "preview_stale": {
        const settled = inOrder.find(({ status }) => status !== "open");
        return settled === undefined
          ? stale(back, shown)
          : { to: back, said: await bySomebody(services, settled.id) };
      }
      case "refused":
        return {
          to: back,
          said:
            result.result.kind === "not_open"
              ? await bySomebody(services, result.id)
              : `Nothing was posted. ${whyNot(result.result, inOrder[0]?.provider ?? "iso")}`,
        };
      case "resolved": {
        const posted = result.all.flatMap(({ entryId }) => entryId ?? []);
        const entries =
          posted.length === 0
            ? ""
            : ` Posted as ${posted.slice(0, 5).join(", ")}${posted.length > 5 ? ", …" : ""}.`;
        return {
          to: only === undefined ? "/discrepancies" : back,
          said: `${ids.length === 1 ? "It is" : `All ${ids.length} are`} settled.${entries}`,
        };
      }
      default:
        return result satisfies never;
    }
  },
});

async function bySomebody(services: Parameters<typeof readDiscrepancy>[0], id: string): Promise<string> {
  const found = await readDiscrepancy(services, id);
  if (found === undefined) return "Nothing was posted.";
  const { by, at, as, entryId } = settlingOf(found);
  const entry = entryId === null ? "" : `, with entry ${entryId}`;
  return `Nothing was posted. ${by ?? "Both sides"} settled it already, ${timeText(at)}: ${as}${entry}.`;
}

/** Who or what settled it, when and as what. */
function settlingOf({ discrepancy, steps }: DiscrepancyDetail) {
  const step = steps.findLast(({ action: done }) => /^resolved/.test(done));
  return {
    by: step?.actor ?? null,
    at: step?.at ?? discrepancy.at,
    as: settledAs(discrepancy.resolution),
    entryId: step?.entryId ?? null,
    reason: step?.reason ?? null,
  };
}

/** The same with a way to what was posted; nothing of one that is open. */
export function SettledBy({
  found,
  context,
}: {
  readonly found: DiscrepancyDetail;
  readonly context: Pick<PageContext, "to">;
}) {
  if (found.discrepancy.status === "open") return null;
  const { by, at, as, entryId, reason } = settlingOf(found);
  return (
    <p class="notice">
      {by === null ? "It settled itself" : <bdi>{by}</bdi>}
      {by === null ? "" : " settled it"}, <Time at={at} />: {as}
      {reason === null ? null : (
        <>
          , <bdi>{reason}</bdi>
        </>
      )}
      {entryId === null ? (
        ". Nothing was posted."
      ) : (
        <>
          , with entry <EntryLink id={entryId} context={context} />.
        </>
      )}
    </p>
  );
}

const said = (id: string, text: string): Done => ({ to: `/discrepancies/${id}`, said: text });

export const noteAction = action({
  path: "/discrepancies/:id/note",
  name: "discrepancy.note",
  fields: { note: z.string().trim().min(1, "write something").max(500) },
  run: async ({ services, person, params: { id = "" }, fields: { note } }) => {
    const found = await remark(services, { id: id as DiscrepancyId, by: person.name, remark: { note } });
    if (found === null) throw new NotFound("discrepancy of this id", id);
    return said(id, "The note is in its history.");
  },
});

export const assigneeAction = action({
  path: "/discrepancies/:id/assignee",
  name: "discrepancy.assign",
  fields: { assignee: z.string().trim().max(100) },
  run: async ({ services, person, params: { id = "" }, fields }) => {
    const assignee = fields.assignee === "" ? null : fields.assignee;
    const found = await remark(services, { id: id as DiscrepancyId, by: person.name, remark: { assignee } });
    if (found === null) throw new NotFound("discrepancy of this id", id);
    return said(id, assignee === null ? "Nobody looks into it." : `${assignee} looks into it.`);
  },
});

/** A note, and who looks into it: neither settles anything. */
export function Remarks({
  discrepancy,
  context,
}: {
  readonly discrepancy: ListedDiscrepancy;
  readonly context: PageContext;
}) {
  const { id, assignee } = discrepancy;
  return (
    <>
      <ActionForm context={context} path={`/discrepancies/${id}/assignee`} action="discrepancy.assign">
        <div class="fields">
          <label>
            Who looks into it
            <input
              type="text"
              name="assignee"
              value={assignee ?? context.person.name}
              size={20}
              maxLength={100}
            />
          </label>
        </div>
        <button type="submit">Say so</button>
      </ActionForm>
      <ActionForm context={context} path={`/discrepancies/${id}/note`} action="discrepancy.note">
        <div class="fields">
          <label>
            Note
            <textarea name="note" rows={2} cols={50} maxLength={500} required />
          </label>
        </div>
        <button type="submit">Write it into the history</button>
      </ActionForm>
    </>
  );
}
