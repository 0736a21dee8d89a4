import { type Watermark, watermarksOf } from "../../store/inbox/watermarks.ts";
import { tell } from "../inbox/tell.ts";
import { type Backfilling, Counter, type KindReport, problemOf, save } from "./backfill-kind.ts";

/** Its watermark says up to when the provider's balance was summed up, to the end. */
const kind = "opening";

/**
 * What the provider's balance was when the books began, summed up from all its rows before then; once, since they never
 * change. What else tells of a balance then, of one currency alone perhaps, is no reason to leave it out. `null` where the
 * books have everything, or it was summed up before.
 */
export async function stateOpening(backfilling: Backfilling): Promise<KindReport | null> {
  const { services, source } = backfilling;
  const at = services.policies.current.booksStartAt;
  if (at === null || at > services.clock.now()) return null;
  const about = { provider: source.source.provider, account: source.account };
  const marks = await watermarksOf(services.store.read, about);
  if (marks.some((mark) => mark.kind === kind && mark.covered?.to === at)) return null;
  const counter = new Counter();
  const report = { kind, covered: null };
  try {
    for (const telling of await source.source.balancesAt(at))
      counter.add(await tell(services, source, telling));
    const summed: Watermark = { ...about, kind, covered: { from: null, to: at }, listing: null };
    await save(backfilling, summed);
    return { ...report, counts: counter.counts(), problem: null };
  } catch (error) {
    return { ...report, counts: counter.counts(), problem: problemOf(error) };
  }
}
