import type { Entry, Posting } from "../../../domain/book/journal.ts";
import { formatInstant, type Instant } from "../../../domain/time.ts";
import { accountName, commodityName } from "./names.ts";

/** The day in UTC: hledger's dates have no time. */
export const localDayOf = (instant: Instant): string => formatInstant(instant).slice(0, 10);

/**
 * A transaction on the day of our commit, by which the assertions hold, with the provider's day as its second date: `hledger
 * --date2` shows the books by the provider's clock. A statement line that covered nothing has no postings, and is told of as a comment.
 */
export function entryText(entry: Entry): string {
  const days = `${localDayOf(entry.postedAt)}=${localDayOf(entry.effectiveAt)}`;
  const title = `${days} ${entry.kind} ${entry.id}`;
  if (entry.postings.length === 0) return `; ${title}: nothing was posted\n\n`;
  const tags = [`effective: ${formatInstant(entry.effectiveAt)}`, `posted: ${formatInstant(entry.postedAt)}`];
  return `${title}\n    ; ${tags.join(", ")}\n${entry.postings.map(postingText).join("")}\n`;
}

export function postingText({ account, currency, amount }: Posting): string {
  return `    ${accountName(account)}  ${amount} ${commodityName(currency)}\n`;
}

/** Says what the account holds when all before has happened, and moves nothing. */
export function assertionText({ account, currency, amount }: Posting): string {
  const commodity = commodityName(currency);
  return `    ${accountName(account)}  0 ${commodity} = ${amount} ${commodity}\n`;
}
