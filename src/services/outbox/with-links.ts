import type { Sender, SentMessage } from "./send-message.ts";

interface Named {
  readonly id?: string;
  readonly charge_id?: string | null;
  readonly provider?: string;
}

/** Where a person looks into it, below the console. */
const pages: Readonly<Record<string, (data: Named) => string>> = {
  "discrepancy.opened": ({ id, charge_id: charge }) =>
    id !== undefined ? `/discrepancies/${id}` : charge == null ? "/discrepancies" : `/charges/${charge}`,
  "verdict.turned": () => "/",
  "provider.silent": ({ provider }) => `/events?provider=${encodeURIComponent(provider ?? "")}`,
};

/** Messages that a person has to look into lead there, where it is known under which address people come. */
export function withLinks(sender: Sender, publicUrl: string | null): Sender {
  if (publicUrl === null) return sender;
  const base = `${publicUrl.replace(/\/$/, "")}/console`;
  return { ...sender, send: (message, at) => sender.send(linked(message, base), at) };
}

function linked(message: SentMessage, base: string): SentMessage {
  const page = pages[message.type];
  if (page === undefined) return message;
  const url = `${base}${page(JSON.parse(message.data) as Named)}`;
  return { ...message, data: `${message.data.slice(0, -1)},"url":${JSON.stringify(url)}}` };
}
