import type { ListedDiscrepancy } from "../../store/reconciling/nouns/discrepancy.ts";
import type { PageContext } from "../kit/page.ts";
import { moneyText } from "../kit/parts.tsx";
import { spaced } from "../kit/words.ts";

const amountOfSide = /^(provider_says|we_say)(?:_(?:gross|fee|tax|net))?$/;

/** Sums of a payout's rows that are told beside both sides. */
const amountsBeside: ReadonlySet<string> = new Set(["rows_come_to", "we_hold_of_them"]);

/** In what the amounts of a disagreement are: a report's row is in the currency that it settles in, not in the document's. */
export function currencyOf(
  { row }: Pick<ListedDiscrepancy, "row">,
  ofDocument: string | null,
): string | null {
  return row?.differences[0]?.currency ?? ofDocument;
}

/** What each side of a disagreement says, by field: amounts as money, everything else as it is. */
export function sidesOf(
  detail: Readonly<Record<string, string>>,
  { currency, provider }: { readonly currency: string | null; readonly provider: string },
): readonly (readonly [name: string, said: string])[] {
  return Object.entries(detail).flatMap(([name, said]) => {
    if (name === "currency") return [];
    const [, side] = amountOfSide.exec(name) ?? [];
    const own =
      side === undefined
        ? amountsBeside.has(name)
          ? (detail.currency ?? currency)
          : null
        : (detail[`${side}_currency`] ?? detail.currency ?? currency);
    const isAmount = own !== null && /^[A-Z]{3}$/.test(own) && /^-?\d{1,19}$/.test(said);
    return [[spaced(name), isAmount ? `${moneyText(BigInt(said), own, provider)} ${own}` : said] as const];
  });
}

export function Sides(props: {
  readonly detail: Readonly<Record<string, string>>;
  readonly currency: string | null;
  readonly provider: string;
}) {
  return (
    <ul class="plain">
      {sidesOf(props.detail, props).map(([name, said]) => (
        <li key={name}>
          <span class="word">{name}</span> <bdi>{said}</bdi>
        </li>
      ))}
    </ul>
  );
}

type Said = string | null;

/**
 * The fields that both sides speak of, beside each other, and what else is known. `provider_says_fee` and `we_say_fee` are one
 * field; without more words it is the whole.
 */
export function sidesSideBySide(
  detail: Readonly<Record<string, string>>,
  of: { readonly currency: string | null; readonly provider: string },
): {
  readonly pairs: readonly (readonly [field: string, theirs: Said, ours: Said])[];
  readonly others: readonly (readonly [name: string, said: string])[];
} {
  const said = new Map(sidesOf(detail, of));
  const pairs = new Map<string, { theirs: Said; ours: Said }>();
  const others: (readonly [string, string])[] = [];
  for (const [name, text] of said) {
    const [, side, field = ""] = /^(provider says|we say)(?: (.*))?$/.exec(name) ?? [];
    if (side === undefined) {
      others.push([name, text]);
      continue;
    }
    const pair = pairs.get(field) ?? { theirs: null, ours: null };
    pairs.set(field, side === "we say" ? { ...pair, ours: text } : { ...pair, theirs: text });
  }
  return {
    pairs: [...pairs].map(([field, { theirs, ours }]) => [
      field === "" ? "what is said" : field,
      theirs,
      ours,
    ]),
    others: others.filter(([name]) => name !== "reported by"),
  };
}

/** A row whose cause is told of elsewhere leads there. */
export function ReportedBy({
  detail,
  context,
}: {
  readonly detail: Readonly<Record<string, string>>;
  readonly context: Pick<PageContext, "to">;
}) {
  const { reported_by: cause } = detail;
  if (cause === undefined) return null;
  return (
    <p>
      Its cause is told of already: <a href={context.to(`/discrepancies/${cause}`)}>{cause}</a>.
    </p>
  );
}

/** What a row is about, where it has a page here; else what it is called there, to be searched for. */
export function SubjectLink({
  subject,
  name,
  context,
}: {
  readonly subject: string | null;
  readonly name: string;
  readonly context: Pick<PageContext, "to">;
}) {
  const place = Object.entries(placesOfSubjects).find(([prefix]) => subject?.startsWith(prefix))?.[1];
  // A figure, such as what a balance closed with, has a name for people, and is nothing that could be found.
  if (place === undefined && /\s/.test(name)) return <bdi>{name}</bdi>;
  if (place === undefined)
    return (
      <a class="id" href={context.to("/search", { q: name })}>
        {name}
      </a>
    );
  return (
    <a class="id" href={context.to(`/${place}/${subject}`)}>
      {name}
    </a>
  );
}

const placesOfSubjects = { chg_: "charges", mov_: "movements", pay_: "payouts", wal_: "wallets" } as const;
