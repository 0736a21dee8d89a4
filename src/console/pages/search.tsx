import { z } from "zod";
import { type Found, type FoundKind, search } from "../../services/charges/search.ts";
import { MovedTo, type PageContext, page } from "../kit/page.ts";
import { Empty, Table } from "../kit/parts.tsx";
import { providerName, spaced } from "../kit/words.ts";

const kindWords: Readonly<Record<FoundKind, string>> = {
  charge: "Charge",
  movement: "Movement",
  payout: "Payout",
  wallet: "Wallet",
  hold: "Hold",
  usage: "Usage",
  event: "Event",
  discrepancy: "Discrepancy",
  reconciliation: "Comparison",
  report: "Report",
  owner: "Owner",
  customer: "Customer",
  subscription: "Subscription",
};

type PlaceOf = readonly [path: string, query?: Record<string, string>];

/** Where what was found is shown, on the page of what it is part of if it has none of its own. */
function placeOf({ kind, id, name }: Found): PlaceOf {
  switch (kind) {
    case "charge":
    case "movement":
    case "payout":
    case "wallet":
    case "event":
      return [`/${kind}s/${encodeURIComponent(id)}`];
    case "discrepancy":
      return [`/discrepancies/${id}`];
    case "reconciliation":
      return [`/reconciliations/${id}`];
    case "report":
      return [`/statements/${id}`];
    case "hold":
    case "usage":
      return [`/wallets/${name}`];
    case "owner":
      return ["/charges", { owner: id }];
    case "customer":
      return ["/charges", { customer_ref: id }];
    case "subscription":
      return ["/charges", { subscription_ref: id }];
    default:
      return kind satisfies never;
  }
}

export const searchPage = page({
  path: "/search",
  query: { q: z.string().max(500).optional() },
  read: async ({ services, query: { q = "" }, person }) => {
    // What was done by a request is in the trail, which is for finance alone.
    if (person.role === "finance" && /^req_[\w-]+$/.test(q.trim()))
      throw new MovedTo(`/trail?${new URLSearchParams({ request: q.trim() })}`);
    const result = await search(services, q);
    const found = result.found.filter(({ kind }) => person.role === "finance" || kind !== "report");
    const [only, ...others] = found;
    if (only !== undefined && others.length === 0) {
      const [path, query] = placeOf(only);
      throw new MovedTo(query === undefined ? path : `${path}?${new URLSearchParams(query)}`);
    }
    return { ...result, found };
  },
  title: "Search",
  render: ({ query, found, places }, context) => (
    <>
      <h1>Search</h1>
      {/* biome-ignore lint/a11y/useSemanticElements: <search> is unknown to readers in use. */}
      <form
        role="search"
        method="get"
        action={context.to("/search")}
        class="filters"
        aria-label="Search again"
      >
        <label>
          An id, an invoice number, an owner, a usage id
          <input type="search" name="q" value={query} size={40} maxLength={500} />
        </label>
        <button type="submit">Find</button>
      </form>
      {query === "" ? (
        <Empty>Nothing was asked for yet.</Empty>
      ) : found.length === 0 ? (
        <Nothing query={query} places={places} />
      ) : (
        <Hits query={query} found={found} context={context} />
      )}
    </>
  ),
});

function Nothing({ query, places }: { query: string; places: readonly string[] }) {
  return (
    <>
      <Empty>
        Nothing is called <bdi class="id">{query}</bdi>.
      </Empty>
      <p>
        It was looked for as: {places.filter((place) => place !== "part of it").join(", ")}. It must be whole:
        nothing is found by a part of it. Customers are found by owner, by the provider's id or by an invoice
        number, not by name or e-mail address, which are not kept for that.
      </p>
    </>
  );
}

function Hits({ query, found, context }: { query: string; found: readonly Found[]; context: PageContext }) {
  return (
    <Table
      caption={`What is called ${query}`}
      columns={[
        { head: "What" },
        { head: "Kind" },
        { head: "Found as" },
        { head: "Provider" },
        { head: "Also" },
      ]}
      rows={found.map((one) => ({
        key: `${one.kind} ${one.id}`,
        cells: [
          <Name key="id" found={one} context={context} />,
          kindWords[one.kind],
          one.by,
          one.provider === null ? "" : providerName(one.provider),
          one.name === null ? "" : <span class="id">{spaced(one.name)}</span>,
        ],
      }))}
    />
  );
}

function Name({ found, context }: { found: Found; context: PageContext }) {
  return (
    <a class="id" href={context.to(...placeOf(found))}>
      {found.id}
    </a>
  );
}
