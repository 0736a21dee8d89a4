import { z } from "zod";
import type { ChargeId } from "../../domain/ids.ts";
import { type Assigned, assigning, whyNotAssigned } from "../../services/charges/assign-charge.ts";
import { type LinkResult, linking } from "../../services/charges/link-customer.ts";
import { readCharge } from "../../services/charges/read-charges.ts";
import { text } from "../../services/documents/parameters.ts";
import type { Services } from "../../services/services.ts";
import { bookShown } from "../../services/spending/book-by-hand.ts";
import { type Preview, previewing } from "../../services/spending/previews.ts";
import type { ChargeView } from "../../store/charges/read/charge-view.ts";
import { listCharges } from "../../store/charges/read/charges.ts";
import { ownerView } from "../../store/charges/read/owners.ts";
import { listActions } from "../../store/people/read/actions.ts";
import { paidByNobody } from "../../store/reconciling/read/overview.ts";
import { Confirm, confirmedFields, PreviewTable, stale } from "../kit/confirm.tsx";
import { pageSize, placeQuery } from "../kit/lists.tsx";
import { action, MovedTo, NotFound, type PageContext, page, Refused } from "../kit/page.ts";
import { Empty, Money, Pager, Table, Time } from "../kit/parts.tsx";
import { chargeKindWords, providerName } from "../kit/words.ts";

/** Which paid charges belong to nobody. */
export const noOwnerPage = page({
  path: "/no-owner",
  title: "No owner",
  query: placeQuery,
  read: async ({ services, query: { after = null, before = null } }) => ({
    sums: await paidByNobody(services.store.read),
    list: await listCharges(
      services.store.read,
      { noOwner: true, status: "paid" },
      { limit: pageSize, after, before },
    ),
  }),
  render: ({ sums, list: { rows, next, previous } }, context) => (
    <>
      <h1>No owner</h1>
      <p>
        What was paid, and nobody knows by whom: the provider names no customer. It tops up nothing until
        somebody says whose it is.
      </p>
      {sums.length === 0 ? (
        <Empty>Every charge that was paid belongs to somebody.</Empty>
      ) : (
        <Table
          caption="All of them, by currency"
          columns={[
            { head: "Currency" },
            { head: "Charges", isNumeric: true },
            { head: "Collected", isNumeric: true },
            { head: "Given back", isNumeric: true },
            { head: "Left", isNumeric: true },
          ]}
          rows={sums.map(({ currency, count, collected, givenBack }) => ({
            key: currency,
            cells: [
              currency,
              String(count),
              <Money key="collected" amount={collected} currency={currency} />,
              <Money key="back" amount={givenBack} currency={currency} />,
              <Money key="left" amount={collected - givenBack} currency={currency} />,
            ],
          }))}
        />
      )}
      {rows.length === 0 ? null : (
        <Table
          caption="Paid charges without an owner, newest first"
          columns={[
            { head: "Charge" },
            { head: "Provider" },
            { head: "When" },
            { head: "Invoice" },
            { head: "Currency" },
            { head: "Asked", isNumeric: true },
            { head: "Collected", isNumeric: true },
            { head: "Given back", isNumeric: true },
            { head: "Left", isNumeric: true },
            ...(context.person.role === "finance" ? [{ head: "Whose it is" }] : []),
          ]}
          rows={rows.map(({ charge, settledAt }) => ({
            key: charge.id,
            cells: [
              <a key="charge" class="id" href={context.to(`/charges/${charge.id}`)}>
                {charge.key.ref}
              </a>,
              providerName(charge.key.provider),
              <Time key="when" at={settledAt ?? charge.statusChangedAt} />,
              charge.invoiceNumber ?? "–",
              charge.currency,
              <Money
                key="asked"
                amount={charge.grandTotal}
                currency={charge.currency}
                provider={charge.key.provider}
              />,
              <Money
                key="collected"
                amount={charge.collected}
                currency={charge.currency}
                provider={charge.key.provider}
              />,
              <Money
                key="back"
                amount={charge.refunded + charge.disputed}
                currency={charge.currency}
                provider={charge.key.provider}
              />,
              <Money
                key="left"
                amount={
                  charge.collected === null ? null : charge.collected - charge.refunded - charge.disputed
                }
                currency={charge.currency}
                provider={charge.key.provider}
              />,
              ...(context.person.role === "finance"
                ? [
                    <a key="give" href={context.to(`/charges/${charge.id}/owner`)}>
                      give it an owner
                    </a>,
                  ]
                : []),
            ],
          }))}
        />
      )}
      <Pager
        context={context}
        first={context.query.after === undefined && context.query.before === undefined}
        next={next}
        previous={previous ?? null}
        label="Pages of charges without an owner"
      />
    </>
  ),
});

/** What can be said of whose a charge is. */
type Way = "assign" | "undo" | "link";

function wayOf({ charge, pin, owner }: ChargeView, wasAssigned: boolean): Way | null {
  if (wasAssigned) return "undo";
  if (charge.customerRef === null) return (pin?.owner ?? null) === null ? "assign" : null;
  return owner === `${charge.key.provider}:${charge.customerRef}` ? "link" : null;
}

/** The last that somebody said of it. */
async function lastAssignment({ store }: Services, id: ChargeId) {
  const page = { limit: 1, after: null };
  const { rows } = await listActions(store.read, { subject: id, action: "charge.assign" }, page);
  return rows[0];
}

interface Asked {
  readonly owner: string | undefined;
  readonly isNew: boolean;
}

/** Why not, or what is to be done. */
async function prepare(
  services: Services,
  view: ChargeView,
  way: Way,
  { owner, isNew }: Asked,
  reason: string,
) {
  const { charge } = view;
  if (way === "undo") return assigning(services, { chargeId: charge.id, owner: null, reason });
  if (owner === undefined) return null;
  if (!/^[\u0021-\u007e]{1,255}$/.test(owner)) return "An owner's key is printable and without spaces.";
  if (!isNew && !(await isKnown(services, owner)))
    return `There is no owner ${owner}: nobody of that name has a wallet, a customer or a charge. If it is a new one, say so.`;
  if (way === "assign") return assigning(services, { chargeId: charge.id, owner, reason });
  const { provider, account } = charge.key;
  return linking(services, { provider, account, customerRef: charge.customerRef ?? "", owner, move: true });
}

async function isKnown({ store, clock }: Services, owner: string): Promise<boolean> {
  const { wallets, customers } = await ownerView(store.read, owner, clock.now());
  return wallets.length + customers.length > 0;
}

function whyNot(result: Assigned | LinkResult): string | null {
  switch (result.kind) {
    case "assigned":
    case "unchanged":
    case "linked":
      return null;
    case "already_linked":
      return `Its customer belongs to ${result.owner}.`;
    case "open_holds":
      return `Wallet ${result.walletId} has value on hold; settle or release it first.`;
    default:
      return whyNotAssigned(result);
  }
}

const wayWords: Readonly<Record<Way, readonly [title: string, says: string, button: string]>> = {
  assign: [
    "Give it to an owner",
    "The provider names no customer. It tops up the owner's wallet as of when it settled, or once it settles; what was given back of it is taken back, too.",
    "Give it to this owner",
  ],
  undo: [
    "Take back whose it is",
    "Somebody gave it to its owner. That can be taken back while nothing of what it topped up was spent.",
    "Take it back",
  ],
  link: [
    "Say whose its customer is",
    "The provider names a customer, whom nobody has linked to an owner of yours. All of that customer's value moves to the owner.",
    "Link the customer",
  ],
};

/** Whose a charge is, and how that is changed. */
export const ownerPage = page({
  path: "/charges/:id/owner",
  title: "Whose a charge is",
  roles: [],
  query: { owner: text, new_owner: text },
  read: async (context) => {
    const { services, decide, params, query } = context;
    const { id = "" } = params;
    const detail = await readCharge(services, id as ChargeId);
    if (detail === undefined) throw new NotFound("charge of this id", id);
    const { view } = detail;
    if (view.charge.id !== id) throw new MovedTo(`/charges/${view.charge.id}/owner`);
    const last = await lastAssignment(services, view.charge.id);
    const way = wayOf(view, last?.after != null);
    const asked = { owner: query.owner, isNew: query.new_owner !== undefined };
    const prepared = way === null ? null : await prepare(services, view, way, asked, "");
    if (prepared === null || typeof prepared === "string")
      return { view, last, way, why: prepared, preview: null };
    const preview: Preview<Assigned | LinkResult> = await decide(
      previewing<Assigned | LinkResult>(prepared.work),
    );
    return { view, last, way, why: whyNot(preview.result), preview };
  },
  render: ({ view: { charge, owner }, last, way, why, preview }, context) => {
    const path = `/charges/${charge.id}/owner`;
    const { owner: typed, new_owner: isNew } = context.query;
    return (
      <>
        <h1>
          Whose {chargeKindWords[charge.kind].toLowerCase()} {charge.key.ref} is
        </h1>
        <dl class="facts">
          <dt>Charge</dt>
          <dd>
            <a class="id" href={context.to(`/charges/${charge.id}`)}>
              {charge.id}
            </a>
          </dd>
          <dt>Owner</dt>
          <dd>{owner === null ? "nobody" : <bdi>{owner}</bdi>}</dd>
          <dt>Customer at {providerName(charge.key.provider)}</dt>
          <dd>{charge.customerRef ?? "none is named"}</dd>
          <dt>Collected</dt>
          <dd>
            <Money amount={charge.collected} currency={charge.currency} provider={charge.key.provider} />{" "}
            {charge.currency}
          </dd>
          {last === undefined ? null : (
            <>
              <dt>Said last by</dt>
              <dd>
                <bdi>{last.name}</bdi>, <Time at={last.at} />: <bdi>{last.reason}</bdi>
              </dd>
            </>
          )}
        </dl>
        {way === null ? (
          <Empty>It belongs to {owner}: there is nothing to say.</Empty>
        ) : (
          <>
            <h2>{wayWords[way][0]}</h2>
            <p>{wayWords[way][1]}</p>
            {way === "undo" ? null : (
              <form method="get" action={context.to(path)} class="filters">
                <label>
                  Owner
                  <input type="text" name="owner" value={typed ?? ""} size={26} maxLength={255} required />
                </label>
                <label>
                  <input type="checkbox" name="new_owner" value="yes" checked={isNew !== undefined} /> a new
                  owner
                </label>
                <button type="submit">Show what it books</button>
              </form>
            )}
            {why === null ? null : <Empty>{why}</Empty>}
            {preview === null || why !== null ? null : (
              <>
                <h3>What it books</h3>
                <PreviewTable preview={preview} caption="What is posted; below zero is a credit" />
                <Confirm
                  context={context}
                  path={way === "link" ? `/charges/${charge.id}/link` : path}
                  action={way === "link" ? "customer.link" : "charge.assign"}
                  chosen={{ owner: typed ?? "", new_owner: isNew ?? "" }}
                  preview={preview}
                  button={wayWords[way][2]}
                />
              </>
            )}
          </>
        )}
      </>
    );
  },
});

const ownerFields = {
  ...confirmedFields,
  owner: z.string().max(255).default(""),
  new_owner: z.string().max(10).default(""),
};

type Fields = z.output<z.ZodObject<typeof ownerFields>>;

async function say(
  services: Services,
  id: string,
  { owner, new_owner: isNew, reason, preview, shown }: Fields,
  way: Way,
) {
  const detail = await readCharge(services, id as ChargeId);
  if (detail === undefined) throw new NotFound("charge of this id", id);
  const { charge } = detail.view;
  const asked = { owner: owner === "" ? undefined : owner, isNew: isNew !== "" };
  const prepared = await prepare(services, detail.view, way, asked, reason);
  if (prepared === null) throw new Refused("Say whose it is.", 400);
  if (typeof prepared === "string") throw new Refused(prepared, 400);
  const form = `/charges/${charge.id}/owner?${new URLSearchParams({ owner, new_owner: isNew })}`;
  const result = await bookShown<Assigned | LinkResult>(services, prepared as never, preview);
  if (result.kind === "preview_stale") return stale(form, shown);
  const why = whyNot(result);
  if (why !== null) return { to: form, said: `Nothing was booked. ${why}` };
  return {
    to: `/charges/${charge.id}`,
    said: way === "undo" ? "What was said of its owner is taken back." : `It is ${owner}'s.`,
  };
}

export const assignAction = action({
  path: "/charges/:id/owner",
  name: "charge.assign",
  fields: ownerFields,
  run: ({ services, params: { id = "" }, fields }) =>
    say(services, id, fields, fields.owner === "" ? "undo" : "assign"),
});

export const linkAction = action({
  path: "/charges/:id/link",
  name: "customer.link",
  fields: ownerFields,
  run: ({ services, params: { id = "" }, fields }) => say(services, id, fields, "link"),
});

/** Where whose a charge is can be said, for those who may. */
export function OwnerLink({ id, context }: { readonly id: ChargeId; readonly context: PageContext }) {
  if (context.person.role !== "finance") return null;
  return (
    <>
      {" "}
      <a href={context.to(`/charges/${id}/owner`)}>whose it is</a>
    </>
  );
}
