import { openingsAt } from "../../store/read/openings.ts";
import { state } from "../state.ts";
import { type Backfilling, Counter, type KindReport, problemOf } from "./backfill-kind.ts";

/**
 * What the provider's balance was when the books began, summed up from all its rows before then; once, since they never
 * change. `null` where the books have everything, or know it already.
 */
export async function stateOpening({ services, source }: Backfilling): Promise<KindReport | null> {
  const at = services.policies.current.booksStartAt;
  const { provider } = source.source;
  const { account } = source;
  if (at === null || at > services.clock.now()) return null;
  if ((await openingsAt(services.store.read, { provider, account, at })) > 0) return null;
  const counter = new Counter();
  const report = { kind: "opening", covered: null };
  try {
    for (const statement of await source.source.balancesAt(at))
      counter.add(await state(services, source, statement));
    return { ...report, counts: counter.counts(), problem: null };
  } catch (error) {
    return { ...report, counts: counter.counts(), problem: problemOf(error) };
  }
}
