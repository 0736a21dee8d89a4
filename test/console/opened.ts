import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import { type ConsoleOptions, createConsole } from "../../src/console/app.tsx";
import type { Gate } from "../../src/console/gate.ts";
import type { ConsoleRole } from "../../src/console/kit/page.ts";
import { BodyReader } from "../../src/http/kit/raw-body.ts";
import { underRequestId } from "../../src/http/kit/request-journal.ts";
import type { ServingServices } from "../../src/services/services.ts";

/** Pages as a person of some role sees them, without the way in: that is tested by itself. */
export interface OpenedConsole {
  readonly url: string;
  get(path: string, as?: ConsoleRole | null): Promise<Shown>;
  /** Sends a form with the hidden fields that a page would have, unless others are given. */
  post(path: string, fields: Fields, as?: ConsoleRole | null): Promise<Shown>;
  close(): Promise<void>;
}

export interface Shown {
  readonly status: number;
  readonly headers: Headers;
  readonly html: string;
  /** What there is to read, in one line. */
  readonly text: string;
}

type Fields = Readonly<Record<string, string>>;

export const formKey = "of-a-session-of-the-tests";

/** Lets in whoever says which role to be. */
const sayingWho: Gate = {
  admit: async ({ headers }) => {
    const role = headers["x-role"] as ConsoleRole | undefined;
    if (role === undefined) return { kind: "nobody", signIn: "/console/sign-in?next=%2F" };
    const isSameOrigin = headers["sec-fetch-site"] === "same-origin";
    return {
      kind: "person",
      person: { name: `${role}er`, role },
      isSameOrigin,
      formKey,
      signOut: { kind: "none" },
    };
  },
  routes: null,
  addressOf: async () => null,
};

export async function openConsole(
  services: ServingServices,
  options: Partial<ConsoleOptions> & { readonly at?: string } = {},
): Promise<OpenedConsole> {
  const { at = "/console", ...given } = options;
  const app = express();
  app.set("query parser", false);
  app.use((_request, response, next) => underRequestId(response, () => next()));
  app.use(at, createConsole({ services, gate: sayingWho, bodies: new BodyReader(), zone: "UTC", ...given }));
  // On a busy machine the end of an idle connection and the next request on it could pass each other.
  const server = createServer({ keepAliveTimeout: 60_000 }, app).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const asked = async (path: string, init: RequestInit, as: ConsoleRole | null) => {
    const headers = { ...(init.headers as Fields), ...(as === null ? {} : { "x-role": as }) };
    return shown(await fetch(`${url}${at}${path}`, { redirect: "manual", ...init, headers }));
  };
  return {
    url: `${url}${at}`,
    get: (path, as = "finance") => asked(path, {}, as),
    post: (path, fields, as = "finance") =>
      asked(
        path,
        { method: "POST", body: new URLSearchParams(fields), headers: { "sec-fetch-site": "same-origin" } },
        as,
      ),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function shown(response: Response): Promise<Shown> {
  const html = await response.text();
  return { status: response.status, headers: response.headers, html, text: textOf(html) };
}

/** What is between the tags of a page's main part, or of the whole where there is none. */
function textOf(html: string): string {
  const [, main = html] = /<main[^>]*>(.*)<\/main>/s.exec(html) ?? [];
  return main
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&")
    .replaceAll(/\s+/g, " ")
    .trim();
}

/** The hidden fields of the form on a page that is sent to this path. */
export function hiddenFields(html: string, path: string): Record<string, string> {
  const form = [...html.matchAll(/<form[^>]*action="([^"]*)"[^>]*>(.*?)<\/form>/gs)].find(([, action]) =>
    action?.endsWith(path),
  );
  const inputs = (form?.[2] ?? "").matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g);
  return Object.fromEntries([...inputs].map(([, name = "", value = ""]) => [name, value]));
}
