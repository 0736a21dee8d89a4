import { deliveryStatuses } from "../../domain/outbox/delivery.ts";
import { oneOf, text } from "../../services/documents/parameters.ts";
import { readOutbox, retryMessage } from "../../services/outbox/outbox.ts";
import { Choice, ListFilters, pageSize } from "../kit/lists.tsx";
import { action, page, Refused } from "../kit/page.ts";
import { ActionForm, Empty, Pager, Status, Table, Time } from "../kit/parts.tsx";
import { deliveryWords, spaced } from "../kit/words.ts";
import { WalletLink } from "./wallet-lines.tsx";

export const outboxPage = page({
  path: "/outbox",
  title: "Outbox",
  query: { status: oneOf(deliveryStatuses), after: text },
  read: ({ services, query: { status, after = null } }) =>
    readOutbox(services, { status }, { limit: pageSize, after }),
  render: ({ rows, next }, context) => (
    <>
      <h1>Outbox</h1>
      <p>What the app is told of wallets and charges, newest first, and whether it took it.</p>
      <ListFilters context={context}>
        <Choice
          name="status"
          label="State"
          words={Object.fromEntries(deliveryStatuses.map((status) => [status, deliveryWords[status][0]]))}
          context={context}
        />
      </ListFilters>
      {rows.length === 0 ? (
        <Empty>
          {context.query.status === undefined ? "There is no message yet." : "No message is in this state."}
        </Empty>
      ) : (
        <Table
          caption="Messages, newest first"
          columns={[
            { head: "Message" },
            { head: "What it tells" },
            { head: "State" },
            { head: "Wallet" },
            { head: "Tried", isNumeric: true },
            { head: "Made" },
            { head: "Next try" },
            { head: "Why the last one failed" },
            ...(context.person.role === "finance" ? [{ head: "Send" }] : []),
          ]}
          rows={rows.map((message) => {
            const [word, tone] = deliveryWords[message.status];
            return {
              key: message.id,
              cells: [
                <span class="id" key="id">
                  {message.id}
                </span>,
                spaced(message.type.replace(".", ": ")),
                <Status key="state" tone={tone}>
                  {word}
                </Status>,
                message.walletId === null ? (
                  ""
                ) : (
                  <WalletLink key="wallet" id={message.walletId} context={context} />
                ),
                String(message.attempts),
                <Time key="made" at={message.createdAt} />,
                message.status === "pending" ? <Time key="next" at={message.nextAt} /> : "",
                message.lastError === null ? "" : <bdi key="error">{message.lastError}</bdi>,
                ...(context.person.role === "finance"
                  ? [
                      message.status === "delivered" ? (
                        ""
                      ) : (
                        <ActionForm
                          key="send"
                          context={context}
                          path={`/outbox/${encodeURIComponent(message.id)}/retry`}
                          action="message.retry"
                        >
                          <button type="submit">Send now</button>
                        </ActionForm>
                      ),
                    ]
                  : []),
              ],
            };
          })}
        />
      )}
      <Pager
        context={context}
        first={context.query.after === undefined}
        next={next}
        label="Pages of messages"
      />
    </>
  ),
});

export const retryMessageAction = action({
  path: "/outbox/:id/retry",
  name: "message.retry",
  fields: {},
  run: async ({ services, params: { id = "" } }) => {
    if ((await retryMessage(services, id)) === null)
      throw new Refused(
        "There is no message of this id that is not delivered: it may have been delivered meanwhile.",
      );
    return { to: "/outbox", said: `${id} is sent at once.` };
  },
});
