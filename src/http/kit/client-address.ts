import type { IncomingMessage } from "node:http";
import { BlockList, isIP } from "node:net";

/** Those whose word is taken for where a request came from. */
export class TrustedProxies {
  readonly #list = new BlockList();

  /** Takes `10.0.0.7` or `10.0.0.0/8`, IPv4 or IPv6; gives what is wrong with it. */
  add(text: string): string | undefined {
    const [, address = "", bits] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
    const most = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
    const prefix = Number(bits ?? most);
    if (most < 0 || prefix > most)
      return "is no address and no network, such as 10.0.0.7, 10.0.0.0/8 or fd00::/8";
    this.#list.addSubnet(address, prefix, familyOf(address));
    return undefined;
  }

  /**
   * The address that a request came from. Each proxy adds to the end of `X-Forwarded-For` whom it was asked by, so what counts
   * is the last one that no proxy of ours has; what stands before it anybody can write.
   */
  clientOf({ socket, headers }: Pick<IncomingMessage, "socket" | "headers">): string {
    const hops = [headers["x-forwarded-for"] ?? []].flat().join(",").split(",");
    let address = socket.remoteAddress ?? "";
    while (this.#trusts(address)) {
      const before = addressIn(hops.pop() ?? "");
      if (before === undefined) break;
      address = before;
    }
    return address;
  }

  /** How the client came to the first proxy of ours, if that says so; without one as it came to us. */
  schemeOf({ socket, headers }: Pick<IncomingMessage, "socket" | "headers">): "https" | "http" {
    const said = [headers["x-forwarded-proto"] ?? []]
      .flat()
      .join(",")
      .split(",")
      .at(-1)
      ?.trim()
      .toLowerCase();
    if (this.#trusts(socket.remoteAddress ?? "") && (said === "https" || said === "http")) return said;
    return "encrypted" in socket && socket.encrypted === true ? "https" : "http";
  }

  #trusts(address: string): boolean {
    return isIP(address) !== 0 && this.#list.check(address, familyOf(address));
  }
}

/** What one subscriber has: an IPv4 address, or an IPv6 network of 64 bits. */
export function networkOf(address: string): string {
  const [, ipv4] = /^(?:::ffff:)?(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? [];
  if (ipv4 !== undefined || isIP(address) === 0) return ipv4 ?? address;
  const [before = "", after] = address.replace(/%.*$/, "").split("::");
  const groups = (part: string) => (part === "" ? [] : part.split(":"));
  const last = groups(after ?? "");
  const length = last.length + (last.at(-1)?.includes(".") === true ? 1 : 0);
  const first = groups(before);
  const zeros = Array.from({ length: Math.max(0, 8 - first.length - length) }, () => "0");
  const prefix = [...first, ...zeros, ...last].slice(0, 4);
  return `${prefix.map((group) => Number.parseInt(group, 16).toString(16)).join(":")}::/64`;
}

const familyOf = (address: string) => (isIP(address) === 6 ? "ipv6" : "ipv4");

/** Some proxies write the port too: `192.0.2.1:443`, `[2001:db8::1]:443`. */
function addressIn(hop: string): string | undefined {
  const text = hop.trim();
  const [, bracketed] = /^\[([^\]]*)\](?::\d+)?$/.exec(text) ?? [];
  const [, withPort] = /^([\d.]+):\d+$/.exec(text) ?? [];
  const address = bracketed ?? withPort ?? text;
  return isIP(address) === 0 ? undefined : address;
}
