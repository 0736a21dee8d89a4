import type { OutboxMessage } from "../../services/outbox/outbox.ts";
import { time } from "./values.ts";

export function messageJson(message: OutboxMessage) {
  return {
    id: message.id,
    type: message.type,
    status: message.status,
    wallet_id: message.walletId,
    seq: message.seq,
    data: message.data,
    attempts: message.attempts,
    last_error: message.lastError,
    next_attempt_at: message.status === "pending" ? time(message.nextAt) : null,
    created_at: time(message.createdAt),
  };
}
