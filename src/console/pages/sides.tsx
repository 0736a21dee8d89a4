import { moneyText } from "../kit/parts.tsx";
import { spaced } from "../kit/words.ts";

const amountOfSide = /^(provider_says|we_say)(?:_(?:gross|fee|tax|net))?$/;

/** What each side of a disagreement says, by field: amounts as money, everything else as it is. */
export function sidesOf(
  detail: Readonly<Record<string, string>>,
  { currency, provider }: { readonly currency: string | null; readonly provider: string },
): readonly (readonly [name: string, said: string])[] {
  return Object.entries(detail).flatMap(([name, said]) => {
    if (name === "currency") return [];
    const [, side] = amountOfSide.exec(name) ?? [];
    const own = side === undefined ? null : (detail[`${side}_currency`] ?? detail.currency ?? currency);
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
