import { isIP } from "node:net";
import { type Request, type Response, Router } from "express";
import { z } from "zod";
import { networkOf, type TrustedProxies } from "../http/kit/client-address.ts";
import { HttpProblem } from "../http/kit/problem.ts";
import { type BodyReader, discardBody, hasBody } from "../http/kit/raw-body.ts";
import { checkedQuery, parametersOf, text } from "../services/documents/parameters.ts";
import type { HashingCost } from "../services/people/passwords.ts";
import { type ConsoleUser, hashedAddress, Sessions } from "../services/people/sessions.ts";
import type { Services } from "../services/services.ts";
import type { Admission, Gate, Pages } from "./gate.ts";
import { checkedFields, checkedForm, cookieOf, FormNotTaken, formFields, readForm } from "./kit/forms.ts";
import type { ConsoleRole } from "./kit/page.ts";

export interface SignInOptions {
  readonly services: Services;
  readonly users: readonly ConsoleUser<ConsoleRole>[];
  /** The address that people use; `null`: of this machine only. */
  readonly publicUrl: string | null;
  readonly proxies: TrustedProxies;
  readonly bodies: BodyReader;
  /** What it costs to look at a password, where no configured hash asks for more. */
  readonly passwordCost?: HashingCost | undefined;
}

/** Lets in whoever is configured, by name and password. */
export function signInGate(options: SignInOptions): Gate {
  const gate = new SignInGate(options);
  return {
    admit: (request) => gate.admit(request),
    routes: (pages) => gate.routes(pages),
    addressOf: (request) => gate.addressOf(request),
  };
}

/** How a request came: over which scheme, as far as whoever sent it can know. */
interface Way {
  readonly scheme: "https" | "http";
  readonly host: string;
  readonly isLoopback: boolean;
}

const credentials = {
  name: z.string().max(200),
  password: z.string().max(1_000),
  next: z.string().max(2_000).default("/"),
};

const signInQuery = { next: text };
const signOutAction = "sign-out";

class SignInGate {
  readonly #options: SignInOptions;
  readonly #sessions: Sessions<ConsoleRole>;
  readonly #public: URL | null;

  constructor(options: SignInOptions) {
    this.#options = options;
    this.#sessions = new Sessions(options.services, options.users, options.passwordCost);
    this.#public = options.publicUrl === null ? null : new URL(options.publicUrl);
  }

  async admit(request: Request): Promise<Admission> {
    const way = this.#wayOf(request);
    if (way === null) return elsewhere(this.#public);
    if (way.scheme === "http" && !way.isLoopback) return inTheClear;
    const nobody = { kind: "nobody", signIn: signInPath(request, this.#publicPath()) } as const;
    const id = cookieOf(request, cookieName(way));
    if (id === undefined) return nobody;
    const person = await this.#sessions.find(id);
    if (person === null) return nobody;
    return {
      kind: "person",
      person,
      isSameOrigin: this.#isSameOrigin(request),
      formKey: id,
      signOut: { kind: "form", fields: formFields(id, signOutAction) },
    };
  }

  #isSameOrigin(request: Request): boolean {
    const site = request.headers["sec-fetch-site"];
    if (site !== undefined) return site === "same-origin";
    const way = this.#wayOf(request);
    return way !== null && request.headers.origin === `${way.scheme}://${way.host}`;
  }

  addressOf(request: Request): Promise<string> {
    return hashedAddress(this.#options.services, this.#networkOf(request));
  }

  routes(pages: Pages): Router {
    const routes = Router();
    routes.get("/sign-in", async (request, response) => {
      const { next = "/" } = checkedQuery(parametersOf(request.url), signInQuery, "page");
      const base = pages.baseOf(request);
      const checked = nextBelow(base, next);
      if (pages.admissionOf(response).kind === "person") response.redirect(303, `${base}${checked}`);
      else pages.send(request, response, signInPage({ base, next: checked, problem: null }));
    });
    routes.post("/sign-in", (request, response) => this.#signIn(request, response, pages));
    routes.post("/sign-out", (request, response) => this.#signOut(request, response, pages));
    routes.all(["/sign-in", "/sign-out"], (request) => {
      const allow = request.path === "/sign-in" ? "GET, HEAD, POST" : "POST";
      throw new HttpProblem("method_not_allowed", `${request.method} is not possible here.`, {
        headers: { allow },
      });
    });
    return routes;
  }

  async #signIn(request: Request, response: Response, pages: Pages): Promise<void> {
    const fields = checkedFields(await this.#formOf(request, response), credentials);
    const base = pages.baseOf(request);
    const next = nextBelow(base, fields.next);
    const way = this.#wayOf(request) as Way;
    const { name, password } = fields;
    const result = await this.#sessions.signIn({
      name: name.trim(),
      password,
      before: cookieOf(request, cookieName(way)) ?? null,
      ...this.#cameFrom(request, response),
    });
    const again = (status: number, problem: string, headers = {}) =>
      pages.send(request, response, { ...signInPage({ base, next, problem }), status, headers });
    switch (result.kind) {
      case "signed_in":
        response.append("set-cookie", cookieFor(way, base, result.id));
        return response.redirect(303, `${base}${next}`);
      case "wrong":
        return again(403, "No user has this name and this password.");
      case "limited": {
        const minutes = Math.ceil(result.seconds / 60);
        const wait = `Too many attempts were not right. Try again in ${minutes} ${minutes === 1 ? "minute" : "minutes"}.`;
        return again(429, wait, { "retry-after": String(result.seconds) });
      }
      case "busy":
        return again(503, "Too many people sign in at this moment. Try again in a few seconds.", {
          "retry-after": "5",
        });
      default:
        return result satisfies never;
    }
  }

  async #signOut(request: Request, response: Response, pages: Pages): Promise<void> {
    const base = pages.baseOf(request);
    const way = this.#wayOf(request) as Way;
    const admission = pages.admissionOf(response);
    if (admission.kind === "person") {
      const id = cookieOf(request, cookieName(way)) ?? "";
      checkedForm(await this.#formOf(request, response), [id], signOutAction);
      await this.#sessions.signOut(id, admission.person, this.#cameFrom(request, response));
    } else await this.#formOf(request, response);
    response.append("set-cookie", `${cookieFor(way, base, "")}; Max-Age=0`);
    response.redirect(303, `${base}/sign-in`);
  }

  async #formOf(request: Request, response: Response) {
    if (hasBody(request)) response.once("finish", () => discardBody(request));
    if (!this.#isSameOrigin(request))
      throw new FormNotTaken("Forms are taken from pages of this console only. Nothing was done.");
    checkedQuery(parametersOf(request.url), {}, "form");
    return readForm(request, this.#options.bodies);
  }

  #cameFrom(request: Request, response: Response) {
    return { address: this.#networkOf(request), requestId: String(response.getHeader("request-id") ?? "") };
  }

  #networkOf = (request: Request): string => networkOf(this.#options.proxies.clientOf(request));

  /** `null`: it was sent to a name that is not ours. A page of elsewhere may have given its own name our address. */
  #wayOf(request: Request): Way | null {
    const host = request.headers.host?.toLowerCase() ?? "";
    if (this.#public !== null && host === this.#public.host)
      return {
        scheme: this.#public.protocol === "https:" ? "https" : "http",
        host,
        isLoopback: isLoopback(host),
      };
    if (!isLoopback(host)) return null;
    return { scheme: this.#options.proxies.schemeOf(request), host, isLoopback: true };
  }

  #publicPath = (): string => this.#public?.pathname.replace(/\/$/, "") ?? "";
}

/** Whether a `Host` names the machine itself. */
function isLoopback(host: string): boolean {
  if (!URL.canParse(`http://${host}`)) return false;
  const { hostname } = new URL(`http://${host}`);
  if (hostname === "localhost" || hostname.endsWith(".localhost") || hostname === "[::1]") return true;
  return isIP(hostname) === 4 && hostname.startsWith("127.");
}

const elsewhere = (ours: URL | null): Admission => ({
  kind: "closed",
  status: 421,
  title: "This console has another address",
  why:
    ours === null
      ? "It answers on this machine only, as localhost. Set PUBLIC_URL to the address that people use, and start again."
      : "It answers at the address that PUBLIC_URL names, and as localhost on this machine.",
});

const inTheClear: Admission = {
  kind: "closed",
  status: 403,
  title: "Nobody may sign in over plain http",
  why:
    "Whoever is on the way could read the password. Put a reverse proxy with a certificate before Tallyhook (Caddy needs two lines: " +
    "the name, and reverse_proxy 127.0.0.1:8787), set PUBLIC_URL to its https:// address and TRUST_PROXY to where it runs, and start again.",
};

/** One port is not another's: programs of one machine share a name, and browsers give cookies to all of them. */
const cookieName = ({ scheme, host }: Way): string =>
  scheme === "https" ? "__Host-tallyhook" : `tallyhook${/:\d+$/.exec(host)?.[0].replace(":", "-") ?? ""}`;

function cookieFor(way: Way, base: string, id: string): string {
  const where = way.scheme === "https" ? "Path=/; Secure" : `Path=${base}`;
  return `${cookieName(way)}=${id}; ${where}; HttpOnly; SameSite=Lax`;
}

function signInPath(request: Request, publicPath: string): string {
  const base = `${publicPath}${request.baseUrl}`;
  const isPage = request.method === "GET" || request.method === "HEAD";
  const next =
    isPage && request.url !== "/" ? `?${new URLSearchParams({ next: request.url.slice(0, 500) })}` : "";
  return `${base}/sign-in${next}`;
}

/** Only a page of this console: anything else is its first. */
function nextBelow(base: string, next: string): string {
  if (!/^\/(?![/\\])/.test(next)) return "/";
  const url = URL.canParse(`${base}${next}`, "http://console.invalid")
    ? new URL(`${base}${next}`, "http://console.invalid")
    : null;
  const isBelow = url?.host === "console.invalid" && url.pathname.startsWith(`${base}/`);
  if (url === null || !isBelow || /\/sign-(?:in|out)$/.test(url.pathname)) return "/";
  return `${url.pathname.slice(base.length)}${url.search}`;
}

interface SignInPage {
  readonly base: string;
  readonly next: string;
  readonly problem: string | null;
}

function signInPage({ base, next, problem }: SignInPage) {
  return {
    title: "Sign in",
    children: (
      <>
        <h1>Sign in</h1>
        {problem === null ? null : (
          <p class="notice" role="alert">
            {problem}
          </p>
        )}
        <form method="post" action={`${base}/sign-in`} class="fields">
          <input type="hidden" name="next" value={next} />
          <label>
            Name
            <input name="name" autocomplete="username" required maxLength={200} autocapitalize="none" />
          </label>
          <label>
            Password
            <input
              name="password"
              type="password"
              autocomplete="current-password"
              required
              maxLength={1000}
            />
          </label>
          <button type="submit" class="main">
            Sign in
          </button>
        </form>
      </>
    ),
  };
}
