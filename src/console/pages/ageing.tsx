import { type Ageing, ageingGroups } from "../../services/read/overview.ts";
import type { PageContext } from "../kit/page.ts";
import { Empty, Money, Table } from "../kit/parts.tsx";

const heads = {
  "not due": "not due",
  "0-1": "0–1 d",
  "2-7": "2–7 d",
  "8-30": "8–30 d",
  "over 30": "over 30 d",
} as const;

/** Open discrepancies by how long ago they should have agreed. */
export function AgeingTable({ ageing, context }: { ageing: Ageing; context: Pick<PageContext, "to"> }) {
  if (ageingGroups.every((group) => ageing.counts[group] === 0)) return <Empty>None is open.</Empty>;
  return (
    <>
      <Table
        caption="Days since they should have agreed; differences without their sign"
        columns={[
          { head: "What" },
          ...ageingGroups.map((group) => ({ head: heads[group], isNumeric: true })),
        ]}
        rows={[
          {
            key: "number",
            cells: [
              <a key="all" href={context.to("/discrepancies", { status: "open" })}>
                Number
              </a>,
              ...ageingGroups.map((group) => String(ageing.counts[group] || "–")),
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
        ]}
      />
      {ageing.unmeasured === 0 ? null : (
        <p class="word">{ageing.unmeasured} of them state no amount: they are in the number alone.</p>
      )}
      {ageing.isCutOff ? <p class="notice">There are more: only the oldest were looked at.</p> : null}
    </>
  );
}
