import type { Instant } from "../domain/time.ts";
import { addMonths, day, days } from "./calendar.ts";
import { type Emission, inOrder } from "./emission.ts";
import { PaddleCompany } from "./paddle/company.ts";
import { PaddleLife } from "./paddle/life.ts";
import { paddleTruth } from "./paddle/truth.ts";
import { Random } from "./random.ts";
import type { Truth } from "./true-books.ts";

export interface WorldOptions {
  readonly customers: number;
  readonly months: number;
  readonly seed: string;
}

/** Months of a software company's business, told twice: by what the providers say, and by what is true. */
export interface World {
  /** In the order they happened. */
  readonly emissions: readonly Emission[];
  readonly truth: Truth;
  readonly paddle: PaddleCompany;
  readonly endsAt: Instant;
}

/** Nobody signs up from here on: a seed gives the same bytes today and tomorrow. */
const lastDay = day(2026, 11, 1);

/** The same options give the same world, to the byte. */
export function buildWorld({ customers, months, seed }: WorldOptions): World {
  const random = new Random(seed);
  const beginsAt = addMonths(lastDay, -months);
  const paddle = new PaddleCompany(random.fork("paddle"));
  for (let number = 0; number < customers; number += 1) {
    const own = random.fork(`customer ${number}`);
    const since = beginsAt + days(own.fraction() * months * 20);
    new PaddleLife(paddle, own, since).liveUntil(lastDay);
  }
  paddle.payOut(beginsAt, lastDay);
  return { emissions: inOrder(paddle.emissions), truth: paddleTruth(paddle), paddle, endsAt: lastDay };
}
