import { walletLineKinds } from "../../domain/book/journal.ts";
import type { Month } from "../../domain/local-calendar.ts";
import { amount, count, oneOf, text } from "../../store/described/field.ts";
import { answer } from "../../store/described/noun.ts";
import type { Uncovered } from "../spending/wallets.ts";

export const uncoveredAnswer = answer<Uncovered>()(
  "Uncovered",
  "What no value paid for, of one owner, kind and meter; below zero where it undoes what earlier lines left.",
  () => ({
    owner: text,
    currency: text,
    kind: oneOf(walletLineKinds),
    meter: text.nullable,
    count: count.about("How many usages or statement lines it was."),
    uncovered: amount,
  }),
);

export const reportedMonth = answer<Month>()("ReportedMonth", "The month of a report.", (from) => ({
  month: from(text.example("2026-10"), ({ name }) => name),
  zone: text,
}));
