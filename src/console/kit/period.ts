import { z } from "zod";
import { isZone, monthIn } from "../../domain/local-calendar.ts";
import { formatInstant } from "../../domain/time.ts";
import { bothClocks, instant, oneOf, QueryInvalid } from "../../services/documents/parameters.ts";
import type { ClockName } from "../../store/engine/read/page.ts";
import type { ShownPeriod } from "./page.ts";

/** What every page takes that is of a period. */
export const periodQuery = {
  month: z
    .string()
    .refine((name) => monthIn(name, "UTC") !== undefined, "must be a month, such as 2026-01")
    .optional(),
  from: instant,
  to: instant,
  clock: oneOf(bothClocks),
  zone: z
    .string()
    .refine(isZone, "must be a zone of the time zone database, such as Europe/Berlin")
    .optional(),
};

export const periodNames = Object.keys(periodQuery);

type Asked = z.output<z.ZodObject<typeof periodQuery>>;

/** In words, whose clock. */
export const clockWords: Readonly<Record<ClockName, string>> = {
  effective: "when it happened",
  posted: "when we booked it",
};

/** @throws QueryInvalid */
export function periodOf({ month, from, to }: Asked, zone: string): ShownPeriod {
  if (month !== undefined && (from ?? to) !== undefined)
    throw new QueryInvalid("Give either month, or from and to.");
  if (month === undefined) return { from, to, month: null, name: nameOf(from, to) };
  const found = monthIn(month, zone);
  if (found === undefined) throw new QueryInvalid(`${month} is out of range in ${zone}.`);
  return { from: found.from, to: found.to, month: found, name: month };
}

function nameOf(from: bigint | undefined, to: bigint | undefined): string {
  if (from === undefined && to === undefined) return "all time";
  const [begin, end] = [from, to].map((at) => (at === undefined ? undefined : shortly(formatInstant(at))));
  if (begin === undefined) return `before ${end}`;
  return end === undefined ? `from ${begin}` : `${begin} to ${end}`;
}

/** As it stands in a sentence: "of all time", "in 2026-10", but "before 2026-11-01" and "from 2026-11-01 on". */
export function during(preposition: "of" | "in", { name, from, to }: ShownPeriod): string {
  if (to === undefined && from !== undefined) return `${name} on`;
  return from === undefined && to !== undefined ? name : `${preposition} ${name}`;
}

const shortly = (text: string): string => text.replace(/T00:00:00Z$/, "");
