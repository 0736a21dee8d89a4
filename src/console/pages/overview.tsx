import { openDiscrepancies, openEvents } from "../../store/read/inbox-state.ts";
import { page } from "../kit/page.ts";
import { Empty, Table, Time } from "../kit/parts.tsx";

export const overviewPage = page({
  path: "/",
  title: "Overview",
  query: {},
  read: async ({ services: { store }, asOf }) => ({
    events: await openEvents(store.read),
    discrepancies: await openDiscrepancies(store.read, asOf.at),
  }),
  render: ({ events, discrepancies }) => (
    <>
      <h1>Overview</h1>
      <h2>Open discrepancies</h2>
      {discrepancies.length === 0 ? (
        <Empty>No discrepancy is open.</Empty>
      ) : (
        <Table
          caption="Open discrepancies by kind"
          columns={[{ head: "Kind" }, { head: "Open", isNumeric: true }, { head: "Since" }]}
          rows={discrepancies.map(({ name, count, oldestAt }) => ({
            key: name,
            cells: [name, String(count), <Time at={oldestAt} key="since" />],
          }))}
        />
      )}
      <h2>Inbox</h2>
      {events.length === 0 ? (
        <Empty>No event is parked, failed or waiting.</Empty>
      ) : (
        <Table
          caption="Events that are not done with, by outcome"
          columns={[{ head: "Outcome" }, { head: "Events", isNumeric: true }, { head: "Oldest" }]}
          rows={events.map(({ name, count, oldestAt }) => ({
            key: name,
            cells: [name, String(count), <Time at={oldestAt} key="oldest" />],
          }))}
        />
      )}
    </>
  ),
});
