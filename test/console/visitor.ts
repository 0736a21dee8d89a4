import { request as ask } from "node:http";
import { hiddenFields } from "./opened.ts";

/** A browser without a screen: it keeps cookies, and sends what browsers send. */
export class Visitor {
  readonly #base: URL;
  readonly #cookies = new Map<string, string>();
  /** Sent with everything: the name it was asked under, the proxy it came through. */
  readonly headers: Record<string, string>;

  /** @param url of the console */
  constructor(url: string, headers: Record<string, string> = {}) {
    this.#base = new URL(url);
    this.headers = headers;
  }

  get cookies(): Record<string, string> {
    return Object.fromEntries(this.#cookies);
  }

  set cookies(cookies: Record<string, string>) {
    this.#cookies.clear();
    for (const [name, value] of Object.entries(cookies)) this.#cookies.set(name, value);
  }

  get = (path: string, headers: Record<string, string> = {}): Promise<Seen> =>
    this.#ask("GET", path, headers);

  post(path: string, fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Seen> {
    const form = {
      "sec-fetch-site": "same-origin",
      "content-type": "application/x-www-form-urlencoded",
      ...headers,
    };
    return this.#ask("POST", path, form, new URLSearchParams(fields).toString());
  }

  signIn(name: string, password: string, next = "/"): Promise<Seen> {
    return this.post("/sign-in", { name, password, next });
  }

  /** By the form of the page. */
  async signOut(): Promise<Seen> {
    return this.post("/sign-out", hiddenFields((await this.get("/")).html, "/sign-out"));
  }

  #ask(method: string, path: string, headers: Record<string, string>, body?: string): Promise<Seen> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const all = { ...this.headers, ...(cookie === "" ? {} : { cookie }), ...headers };
    return new Promise((resolve, reject) => {
      const sent = ask(`${this.#base.href}${path}`, { method, headers: all, agent: false }, (response) => {
        const pieces: Buffer[] = [];
        response.on("data", (piece: Buffer) => pieces.push(piece));
        response.on("end", () => {
          const set = response.headers["set-cookie"] ?? [];
          for (const line of set) this.#keep(line);
          const { statusCode: status = 0, headers } = response;
          resolve({
            status,
            location: headers.location ?? null,
            headers: headers as Record<string, string>,
            set,
            html: Buffer.concat(pieces).toString("utf8"),
          });
        });
      });
      sent.on("error", reject);
      sent.end(body);
    });
  }

  #keep(line: string): void {
    const [pair = "", ...attributes] = line.split("; ");
    const [name = "", value = ""] = pair.split(/=(.*)/s);
    if (attributes.includes("Max-Age=0")) this.#cookies.delete(name);
    else this.#cookies.set(name, value);
  }
}

export interface Seen {
  readonly status: number;
  readonly location: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly set: readonly string[];
  readonly html: string;
}
