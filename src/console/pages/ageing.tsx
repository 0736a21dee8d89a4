import { ageingGroups } from "../../domain/reconciling/ages.ts";
import type { Ageing } from "../../services/reconciling/read-overview.ts";
import type { PageContext } from "../kit/page.ts";
import { Empty, Money, Table } from "../kit/parts.tsx";
import { spaced } from "../kit/words.ts";

export const ageHeads = {
  "not due": "not due",
  "0-1": "0–1 d",
  "2-7": "2–7 d",
  "8-30": "8–30 d",
  "over 30": "over 30 d",
} as const;

/** Open discrepancies by how long ago they should have agreed. */
export function AgeingTable({ ageing, context }: { ageing: Ageing; context: Pick<PageContext, "to"> }) {
  if (ageingGroups.every((group) => ageing.counts[group] === 0)) return <Empty>None is open.</Empty>;
  const numbers = (counts: Ageing["counts"], query: Readonly<Record<string, string>>) =>
    ageingGroups.map((age) =>
      counts[age] === 0 ? (
        "–"
      ) : (
        <a key={age} href={context.to("/discrepancies", { ...query, age })}>
          {counts[age]}
        </a>
      ),
    );
  return (
    <>
      <Table
        caption="Days since they should have agreed; differences without their sign"
        columns={[
          { head: "What" },
          ...ageingGroups.map((group) => ({ head: ageHeads[group], isNumeric: true })),
        ]}
        rows={[
          {
            key: "number",
            cells: [
              <a key="all" href={context.to("/discrepancies", { status: "open" })}>
                Number
              </a>,
              ...numbers(ageing.counts, {}),
            ],
          },
          ...ageing.sums.map(({ currency, byGroup }) => ({
            key: currency,
            cells: [
              `${currency}, differences`,
              ...ageingGroups.map((group) =>
                byGroup[group] === 0n ? (
                  "–"
                ) : (
                  <Money key={group} amount={byGroup[group]} currency={currency} />
                ),
              ),
            ],
          })),
          ...ageing.kinds.map(({ kind, counts }) => ({
            key: `kind ${kind}`,
            cells: [
              <a key="kind" href={context.to("/discrepancies", { kind })}>
                {spaced(kind)}
              </a>,
              ...numbers(counts, { kind }),
            ],
          })),
        ]}
      />
      {ageing.unmeasured === 0 ? null : (
        <p class="word">{ageing.unmeasured} of them state no amount: they are in the number alone.</p>
      )}
      {ageing.isCutOff ? <p class="notice">There are more: only the oldest were looked at.</p> : null}
    </>
  );
}
