import type { ComponentChildren } from "preact";
import { z } from "zod";
import type { EntryId, WalletId } from "../../domain/ids.ts";
import { parseInstant } from "../../domain/time.ts";
import { oneOf, text } from "../../services/documents/parameters.ts";
import type { Services } from "../../services/services.ts";
import {
  type Bookable,
  bookShown,
  debiting,
  type EntryReversed,
  type Granted,
  granting,
  type RecoveryWrittenOff,
  reversingEntry,
  writingOff,
} from "../../services/spending/book-by-hand.ts";
import { type Preview, previewing } from "../../services/spending/previews.ts";
import { findEntry } from "../../store/ledger/read/entries.ts";
import type { StatementLine, WalletTotals } from "../../store/wallets/nouns/wallet.ts";
import { walletById } from "../../store/wallets/read/wallets.ts";
import { amountOf, Confirm, confirmedFields, PreviewTable, stale } from "../kit/confirm.tsx";
import { action, NotFound, type PageContext, page, Refused } from "../kit/page.ts";
import { Empty, Money, moneyText } from "../kit/parts.tsx";

type Asked = Readonly<Record<string, string | undefined>>;
type Done = Granted | RecoveryWrittenOff | EntryReversed;
type Prepared = Bookable<Done> | string;

/** What stands on the page once something is asked: why it cannot be, or what it would book. */
type Shown = { readonly why: string } | { readonly preview: Preview<Done> } | null;

async function shownOf({ decide }: Pick<PageContext, "decide">, prepared: Prepared | null): Promise<Shown> {
  if (prepared === null) return null;
  if (typeof prepared === "string") return { why: prepared };
  const preview = await decide(previewing(prepared.work));
  const why = whyNotBooked(preview.result);
  return why === null ? { preview } : { why };
}

/** `null` where it is booked. */
function whyNotBooked(result: Done): string | null {
  switch (result.kind) {
    case "booked":
    case "written_off":
    case "reversed":
      return null;
    case "wallet_unknown":
      return "There is no such wallet.";
    case "amount_invalid":
      return "The wallet cannot hold so much.";
    case "expires_at_past":
      return "It must expire in the future.";
    case "exceeds_recovery":
      return "Less than that is owed.";
    case "entry_unknown":
      return "There is no such entry.";
    case "not_reversible":
      return "Only a grant or a debit by hand can be reversed.";
    case "already_reversed":
      return `It was reversed before, by ${result.entryId}.`;
    case "nothing_left":
      return "All of the grant is spent, reserved or expired: there is nothing to reverse.";
    default:
      return result satisfies never;
  }
}

interface FormDescription {
  readonly path: string;
  readonly action: "wallet.grant" | "wallet.debit" | "recovery.write_off";
  readonly title: string;
  readonly says: string;
  readonly button: string;
  readonly query: z.ZodRawShape;
  fields(asked: Asked, wallet: WalletTotals): ComponentChildren;
  /** `null` while it is not said what. */
  prepare(services: Services, wallet: WalletTotals, asked: Asked, reason: string): Prepared | null;
}

function amountField(asked: Asked, { currency }: WalletTotals) {
  return (
    <label>
      Amount, {currency}
      <input
        type="text"
        name="amount"
        value={asked.amount ?? ""}
        size={12}
        maxLength={30}
        inputMode="decimal"
        required
      />
    </label>
  );
}

/** The page of a form on a wallet, and the action that it leads to. */
function byHandForm(described: FormDescription) {
  const { path, title, says, button } = described;
  const own = `/wallets/:id/${path}`;
  const to = (id: string) => `/wallets/${id}`;
  const walletOf = async (services: Services, id = "") => {
    const wallet = await walletById(services.store.read, id as WalletId);
    if (wallet === undefined) throw new NotFound("wallet of this id", id);
    return wallet;
  };
  return [
    page({
      path: own,
      title,
      roles: [],
      query: described.query,
      read: async (context) => {
        const { services, params, query } = context;
        const wallet = await walletOf(services, params.id);
        const prepared = described.prepare(services, wallet, query as Asked, "");
        return { wallet, shown: await shownOf(context, prepared) };
      },
      render: ({ wallet, shown }, context) => (
        <>
          <h1>{title}</h1>
          <p>
            {says} Wallet of{" "}
            <a href={context.to(to(wallet.id))}>
              <bdi>{wallet.owner}</bdi>
            </a>
            , balance <Money amount={wallet.paid + wallet.promo} currency={wallet.currency} />{" "}
            {wallet.currency}
            {wallet.recovery === 0n ? null : (
              <>
                , owed to us <Money amount={wallet.recovery} currency={wallet.currency} /> {wallet.currency}
              </>
            )}
            .
          </p>
          <form method="get" action={context.to(`${to(wallet.id)}/${path}`)} class="filters">
            {described.fields(context.query as Asked, wallet)}
            <button type="submit">Show what it books</button>
          </form>
          <ShownPart
            shown={shown}
            context={context}
            path={`${to(wallet.id)}/${path}`}
            action={described.action}
            chosen={chosenOf(context.query as Asked, described.query)}
            button={button}
          />
        </>
      ),
    }),
    action({
      path: own,
      name: described.action,
      fields: { ...confirmedFields, ...emptiable(described.query) },
      run: async ({ services, params, fields }) => {
        const { reason, preview, shown, ...asked } = fields as z.output<z.ZodObject<typeof confirmedFields>> &
          Asked;
        const wallet = await walletOf(services, params.id);
        const prepared = described.prepare(services, wallet, asked as Asked, reason);
        if (prepared === null) throw new Refused("Say how much.", 400);
        const query = new URLSearchParams(chosenOf(asked as Asked, described.query));
        return booked(services, prepared, {
          preview,
          shown,
          form: `${to(wallet.id)}/${path}?${query}`,
          done: to(wallet.id),
        });
      },
    }),
  ] as const;
}

async function booked(
  services: Services,
  prepared: Prepared,
  {
    preview,
    shown,
    form,
    done,
  }: { readonly preview: string; readonly shown: string; readonly form: string; readonly done: string },
) {
  if (typeof prepared === "string") throw new Refused(prepared, 400);
  const result = await bookShown(services, prepared, preview);
  if (result.kind === "preview_stale") return stale(form, shown);
  const why = whyNotBooked(result);
  return why === null
    ? { to: done, said: "It is booked." }
    : { to: form, said: `Nothing was booked. ${why}` };
}

/** What a form sends along is empty where it was not chosen. */
const emptiable = (query: z.ZodRawShape): z.ZodRawShape =>
  Object.fromEntries(
    Object.entries(query).map(([name, type]) => [
      name,
      z.preprocess((given) => (given === "" ? undefined : given), type as z.ZodType),
    ]),
  );

const chosenOf = (asked: Asked, query: z.ZodRawShape): Record<string, string> =>
  Object.fromEntries(Object.keys(query).map((name) => [name, asked[name] ?? ""]));

interface ShownProps {
  readonly shown: Shown;
  readonly context: PageContext;
  readonly path: string;
  readonly action: string;
  readonly chosen: Readonly<Record<string, string>>;
  readonly button: string;
}

function ShownPart({ shown, ...confirm }: ShownProps) {
  if (shown === null) return null;
  if ("why" in shown) return <Empty>{shown.why}</Empty>;
  return (
    <>
      <h2>What it books</h2>
      <PreviewTable preview={shown.preview} caption="What is posted; below zero is a credit" />
      <Confirm {...confirm} preview={shown.preview} />
    </>
  );
}

export const [grantPage, grantAction] = byHandForm({
  path: "grant",
  action: "wallet.grant",
  title: "Grant value by hand",
  says: "What is granted is a lot of its own.",
  button: "Grant it",
  query: { amount: text, kind: oneOf(["promo", "paid"]), source: oneOf(["bank", "opening"]), expires: text },
  fields: (asked, wallet) => (
    <>
      {amountField(asked, wallet)}
      <label>
        What it is
        <select name="kind">
          <option value="promo">given: it costs us</option>
          <option value="paid" selected={asked.kind === "paid"}>
            paid for elsewhere
          </option>
        </select>
      </label>
      {asked.kind !== "paid" ? null : (
        <label>
          Where it was paid
          <select name="source">
            <option value="bank">to the bank</option>
            <option value="opening" selected={asked.source === "opening"}>
              before these books began
            </option>
          </select>
        </label>
      )}
      <label>
        Good until, if not for ever
        <input type="text" name="expires" value={asked.expires ?? ""} size={11} placeholder="2027-01-31" />
      </label>
    </>
  ),
  prepare: (
    services,
    { id, currency },
    { amount: typed, kind = "promo", source = kind === "promo" ? "bank" : undefined, expires },
    reason,
  ) => {
    if (typed === undefined) return null;
    const amount = amountOf(typed, currency);
    if (typeof amount === "string") return amount;
    if (source === undefined) return "Say where it was paid, too.";
    const expiresAt = expires === undefined ? null : parseInstant(`${expires}T00:00:00Z`);
    if (expiresAt === undefined)
      return "Write the day like 2027-01-31: it is good until that day begins, in UTC.";
    const terms = {
      kind: kind as "promo" | "paid",
      source: source as "bank" | "opening",
      expiresAt,
      priority: 0,
    };
    return granting(services, { walletId: id, amount, reason, ...terms }) as Bookable<Done>;
  },
});

export const [debitPage, debitAction] = byHandForm({
  path: "debit",
  action: "wallet.debit",
  title: "Debit by hand",
  says: "It is lowered as far as value is there; what is not there is noted as not covered.",
  button: "Debit it",
  query: { amount: text },
  fields: amountField,
  prepare: (services, { id, currency }, { amount: typed }, reason) => {
    if (typed === undefined) return null;
    const amount = amountOf(typed, currency);
    return typeof amount === "string"
      ? amount
      : (debiting(services, { walletId: id, amount, reason }) as Bookable<Done>);
  },
});

export const [writeOffPage, writeOffAction] = byHandForm({
  path: "write-off",
  action: "recovery.write_off",
  title: "Forgive what is owed to us",
  says: "What later top-ups would repay is forgiven, the oldest first.",
  button: "Forgive it",
  query: { amount: text },
  fields: amountField,
  prepare: (services, { id, currency, recovery }, { amount: typed }, reason) => {
    if (typed === undefined) return null;
    const amount = amountOf(typed, currency);
    if (typeof amount === "string") return amount;
    if (amount > recovery) return `Only ${moneyText(recovery, currency)} ${currency} is owed.`;
    return writingOff(services, { walletId: id, amount, reason }) as Bookable<Done>;
  },
});

/** A grant or a debit by hand is undone by an entry on top. */
export const reversePage = page({
  path: "/entries/:id/reverse",
  title: "Reverse what was booked by hand",
  roles: [],
  query: {},
  read: async (context) => {
    const { services, params } = context;
    const { id = "" } = params;
    const entry = await findEntry(services.store.read, id);
    if (entry === undefined) throw new NotFound("entry of this id", id);
    const prepared = reversingEntry(services, { entryId: id as EntryId, reason: "" });
    const unknown = "Only a grant or a debit by hand can be reversed.";
    return { entry, shown: await shownOf(context, (prepared as Bookable<Done> | null) ?? unknown) };
  },
  render: ({ entry, shown }, context) => (
    <>
      <h1>Reverse what was booked by hand</h1>
      <p>
        A debit is undone altogether, a grant as far as something of it is left. Entry <code>{entry.id}</code>
        {entry.reason === null ? null : (
          <>
            : <bdi>{entry.reason}</bdi>
          </>
        )}
        .
      </p>
      <ShownPart
        shown={shown}
        context={context}
        path={`/entries/${entry.id}/reverse`}
        action="entry.reverse"
        chosen={{}}
        button="Reverse it"
      />
    </>
  ),
});

export const reverseAction = action({
  path: "/entries/:id/reverse",
  name: "entry.reverse",
  fields: confirmedFields,
  run: async ({ services, params: { id = "" }, fields: { reason, preview, shown } }) => {
    const entry = await findEntry(services.store.read, id);
    const prepared = reversingEntry(services, { entryId: id as EntryId, reason });
    if (entry === undefined || prepared === null) throw new NotFound("entry of this id", id);
    const done = entry.walletId === null ? "/wallets" : `/wallets/${entry.walletId}`;
    return booked(services, prepared as Bookable<Done>, {
      preview,
      shown,
      form: `/entries/${id}/reverse`,
      done,
    });
  },
});

/** What a person can book on a wallet, for those who may. */
export function ByHandForm({
  wallet: { id, recovery },
  lines,
  reversed,
  context,
}: {
  readonly wallet: WalletTotals;
  readonly lines: readonly StatementLine[];
  /** By number: lines that were undone before. */
  readonly reversed: ReadonlySet<number>;
  readonly context: PageContext;
}) {
  if (context.person.role !== "finance") return null;
  const own = lines.filter(
    ({ seq, kind, chargeId }) =>
      chargeId === null && (kind === "grant" || kind === "debit") && !reversed.has(seq),
  );
  return (
    <>
      <h2>By hand</h2>
      <p class="links">
        <a href={context.to(`/wallets/${id}/grant`)}>Grant value</a>{" "}
        <a href={context.to(`/wallets/${id}/debit`)}>Debit</a>{" "}
        {recovery === 0n ? null : <a href={context.to(`/wallets/${id}/write-off`)}>Forgive what is owed</a>}
      </p>
      {own.length === 0 ? null : (
        <ul>
          {own.map(({ seq, kind, entryId }) => (
            <li key={entryId}>
              <a href={context.to(`/entries/${entryId}/reverse`)}>
                Reverse the {kind} of line {seq}
              </a>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
