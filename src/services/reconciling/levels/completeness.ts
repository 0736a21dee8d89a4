import { type HeldRow, heldDocument, heldObjects } from "../../../domain/reconciling/held-objects.ts";
import { figureKinds, type Rules, type StatedRow } from "../../../domain/reconciling/reconciled-row.ts";
import { heldSubjects, subjectsMadeIn, subjectsNamed } from "../../../store/reconciling/read/held-charges.ts";
import { compareRows } from "../compare-rows.ts";
import { type Comparing, nothingElse, type Plan, pageSize } from "../plan.ts";
import type { Sources } from "../sources.ts";

const hour = 3_600_000_000_000n;

const documents: ReadonlySet<string> = new Set(["document", "payment"]);

const rules: Rules = {
  total: "gross",
  figures: ["gross", "net"],
  kinds: figureKinds,
  timeTolerance: null,
  comparesState: true,
  // Deliveries take a moment, and are tried again.
  grace: hour,
  patience: hour,
  missingHere: ({ kind }) => (documents.has(kind) ? "charge_missing" : "movement_missing"),
  missingThere: ({ subject }) =>
    subject.startsWith("mov_") ? "movement_unknown_there" : "charge_unknown_there",
};

/** Whether we have heard of everything that the provider lists, as it lists it; on the clock of when a thing was made. */
export function completeness({ statements, missing, isWhole, mayClose }: Sources): Plan {
  const left = {
    statements,
    kinds: ["document", "payment", "refund", "dispute", "credit"],
    without: [],
  } as const;
  return {
    missing,
    mayClose,
    hasWindow: true,
    found: nothingElse,
    rows: (comparing) =>
      compareRows(comparing, {
        rules,
        left,
        isWhole,
        hasWindow: true,
        held: () => heldInWindow(comparing),
        heldFor: (rows) => heldByRef(comparing, rows),
      }),
  };
}

async function* heldInWindow(comparing: Comparing): AsyncGenerator<readonly HeldRow[]> {
  const { services, run } = comparing;
  let after = -1n;
  for (;;) {
    const page = { after, limit: pageSize };
    const { subjects, last } = await subjectsMadeIn(services.store.read, run, run, page);
    if (last === null) return;
    after = last;
    const held = await heldOf(comparing, subjects);
    yield held.filter(({ at, state }) => at !== null && at >= run.from && at < run.to && state !== "failed");
  }
}

async function heldByRef(
  comparing: Comparing,
  rows: readonly StatedRow[],
): Promise<ReadonlyMap<string, HeldRow>> {
  const { services, run } = comparing;
  const subjects = await subjectsNamed(
    services.store.read,
    run,
    rows.map(({ key }) => key),
  );
  const held = await heldOf(comparing, subjects);
  return new Map(held.map((row) => [row.key, row]));
}

async function heldOf({ services }: Comparing, subjects: readonly bigint[]): Promise<HeldRow[]> {
  const found = await heldSubjects(services.store.read, subjects);
  return found.flatMap(({ charges, facts }) => {
    const [first] = charges;
    const objects = first === undefined ? [] : heldObjects(first.charge, facts);
    const seen = charges.filter(({ charge }) => charge.kind === "transaction" || charge.kind === "invoice");
    return [...seen.map(({ charge }) => heldDocument(charge)), ...objects];
  });
}
