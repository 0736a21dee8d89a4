import { pendingRefs, unseenRefs, type WaitingRef } from "../../store/inbox/read/waiting-refs.ts";
import { tell } from "../inbox/tell.ts";
import { type Backfilling, Counter, type KindReport, problemOf } from "./backfill-kind.ts";

const pageSize = 30;
/** What is found can name something else that was never seen: an invoice its payment, a payment its invoice. */
const mostRounds = 3;

/**
 * Asks for what the books wait for: documents and payments that are known only by what names them, and movements that the
 * provider had not decided. What it answers is applied like everything else.
 */
export async function lookUpWaiting(backfilling: Backfilling): Promise<KindReport> {
  const counter = new Counter();
  const report = { kind: "looked up", covered: null };
  try {
    await askFor(backfilling, pendingRefs, counter);
    for (let round = 0; round < mostRounds; round += 1) {
      const before = counter.counts().new;
      await askFor(backfilling, unseenRefs, counter);
      if (counter.counts().new === before) break;
    }
    return { ...report, counts: counter.counts(), problem: null };
  } catch (error) {
    return { ...report, counts: counter.counts(), problem: problemOf(error) };
  }
}

async function askFor(
  { services, source, stopping }: Backfilling,
  refsOf: typeof unseenRefs,
  counter: Counter,
): Promise<void> {
  const { account } = source;
  const { provider } = source.source;
  for (let after = -1n; !stopping.aborted; ) {
    const refs: WaitingRef[] = await refsOf(services.store.read, {
      provider,
      account,
      after,
      limit: pageSize,
    });
    for await (const page of source.source.lookUp(refs.map(({ ref }) => ref))) {
      for (const telling of page.tellings) counter.add(await tell(services, source, telling));
    }
    if (refs.length < pageSize) return;
    after = refs.at(-1)?.no ?? after;
  }
}
