import { hash } from "node:crypto";
import { type NextFunction, type Request, type RequestHandler, type Response, Router } from "express";
import type { ComponentChildren } from "preact";
import { renderToString } from "preact-render-to-string";
import type { Actor } from "../domain/action.ts";
import type { Instant } from "../domain/time.ts";
import { HttpProblem } from "../http/kit/problem.ts";
import { type BodyReader, discardBody, hasBody } from "../http/kit/raw-body.ts";
import { sendStream } from "../http/kit/stream.ts";
import { checkedQuery, parametersOf, QueryInvalid } from "../services/documents/parameters.ts";
import { once } from "../services/kit/idempotency.ts";
import { actingAs, noSides } from "../services/people/acting.ts";
import { keepRefusal } from "../services/people/sessions.ts";
import type { ServingServices } from "../services/services.ts";
import { UnknownPosition } from "../store/engine/read/page.ts";
import { newestEntry } from "../store/ledger/read/entries.ts";
import type { Admission, Gate, LetIn, PlainPage } from "./gate.ts";
import { assetRoutes } from "./kit/assets.ts";
import { ErrorBody, type ErrorPage, errorPageOf, NotAllowed } from "./kit/errors.tsx";
import { checkedFields, checkedForm, formFields, keepFlash, readForm, takeFlash } from "./kit/forms.ts";
import { Frame, type Visitor } from "./kit/layout.tsx";
import { inSentences, type Mistakes, mistakesOf, unknownProvider } from "./kit/mistakes.ts";
import {
  type ConsolePage,
  type DownloadPage,
  MovedTo,
  type PageAction,
  type PageContext,
  type Parameters,
  type ShownPeriod,
} from "./kit/page.ts";
import { clockWords, periodNames, periodOf, periodQuery } from "./kit/period.ts";
import * as everything from "./pages.ts";

export interface ConsoleOptions {
  readonly services: ServingServices;
  readonly gate: Gate;
  readonly bodies: BodyReader;
  /** The zone pages begin with. */
  readonly zone: string;
  /** What of the path a proxy takes away before us; nothing unless told otherwise. */
  readonly publicPath?: string;
  /** Of all that there are, unless told otherwise. */
  readonly pages?: readonly ConsolePage[];
  readonly downloads?: readonly DownloadPage[];
  readonly actions?: readonly PageAction[];
}

/** Nothing but what pages are made of, and nobody else's page around them. */
const pageHeaders = {
  "content-security-policy":
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  "referrer-policy": "no-referrer",
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "cross-origin-opener-policy": "same-origin",
} as const;

const signedOut: ErrorPage = {
  status: 401,
  title: "You are not signed in",
  why: "Sign in to what the console is part of, and come back.",
};

/** All pages, to be mounted anywhere: links go by where that is. */
export function createConsole(options: ConsoleOptions): Router {
  const {
    pages = everything.pages,
    downloads = everything.downloads,
    actions = everything.actions,
  } = options;
  const routes = Router();
  const shell = new Shell(options, new Set(pages.map(({ path }) => path)));
  routes.use((_request: Request, response: Response, next: NextFunction) => {
    response.set(pageHeaders);
    next();
  });
  assetRoutes(routes);
  routes.use(shell.admit);
  if (options.gate.routes !== null) routes.use(options.gate.routes(shell.pages));
  routes.use(shell.onlyGuests);
  for (const page of pages) routes.get(page.path, named(page.path), shell.show(page));
  for (const file of downloads) routes.get(file.path, named(file.path), shell.send(file));
  for (const action of actions) routes.post(action.path, named(action.path), shell.perform(action));
  for (const [path, methods] of methodsOf([...pages, ...downloads], actions))
    routes.all(path, (request: Request) => {
      throw new HttpProblem("method_not_allowed", `${request.method} is not possible here.`, {
        headers: { allow: methods },
      });
    });
  routes.use((request: Request) => {
    throw new HttpProblem("not_found", `There is no page at ${request.path}.`);
  });
  routes.use(shell.fail);
  return routes;
}

function methodsOf(read: readonly { path: string }[], written: readonly { path: string }[]) {
  const methods = new Map<string, string>();
  for (const { path } of read) methods.set(path, "GET, HEAD");
  for (const { path } of written) methods.set(path, methods.has(path) ? "GET, HEAD, POST" : "POST");
  return methods;
}

/** For the log: as it is described, since what stands in a path may be a person's. */
function named(path: string): RequestHandler {
  return (_request: Request, response: Response, next: NextFunction) => {
    response.locals.route = `/console${path}`;
    next();
  };
}

/** What stands around every page: who asks, for what period, and what becomes of an error. */
class Shell {
  readonly #options: ConsoleOptions;
  readonly #paths: ReadonlySet<string>;

  constructor(options: ConsoleOptions, paths: ReadonlySet<string>) {
    this.#options = options;
    this.#paths = paths;
  }

  /** Lets nobody further who is not signed in. */
  readonly admit = async (request: Request, response: Response, next: NextFunction): Promise<void> => {
    if (request.url.includes("%00"))
      throw new HttpProblem("request_invalid", "A URL must not contain a NUL.");
    const admission = await this.#options.gate.admit(request);
    response.locals.admission = admission;
    if (admission.kind === "person") response.locals.person = admission.person.name;
    if (admission.kind === "closed") this.#sendError(request, response, admission);
    else next();
  };

  /** What the gate makes its own pages with. */
  readonly pages = {
    baseOf: (request: Request) => this.#baseOf(request),
    admissionOf: (response: Response) => response.locals.admission as Admission,
    send: (request: Request, response: Response, { status = 200, headers = {}, ...page }: PlainPage) => {
      response.status(status).set(headers);
      this.#send(request, response, { ...page, visitor: null, refreshAfter: null });
    },
  };

  readonly onlyGuests = (request: Request, response: Response, next: NextFunction): void => {
    const admission = response.locals.admission as Admission;
    if (admission.kind === "person") next();
    else if (admission.kind === "nobody" && admission.signIn !== null)
      response.redirect(303, admission.signIn);
    else this.#sendError(request, response, signedOut);
  };

  show(page: ConsolePage): RequestHandler {
    return async (request: Request, response: Response) => {
      const guest = guestOf(response);
      mayOnly(guest, page.roles);
      const answered = await this.#inSnapshot(request, response, page, async (context, notice) => {
        const data = await page.read(context);
        return { data, context, notice };
      });
      if (answered === undefined) return;
      const { data, context, notice } = answered;
      const title = typeof page.title === "string" ? page.title : page.title(data);
      const flash = takeFlash(request, response, guest.formKey, this.#baseOf(request));
      const visitor: Visitor = {
        ...this.#visitorOf(request, guest),
        asOf: context.asOf,
        period:
          page.periodBy === undefined
            ? null
            : describePeriod(context, page.periodOf?.(data) ?? context.period.name),
        carried: carriedBy(request),
        flash,
        notice: [inSentences(context.mistakes), notice].filter(Boolean).join(" ") || null,
      };
      if (Object.keys(context.mistakes).length > 0) response.status(400);
      this.#send(request, response, {
        title,
        visitor,
        refreshAfter: page.refreshAfter?.(data) ?? null,
        children: page.render(data, context),
      });
    };
  }

  send(file: DownloadPage): RequestHandler {
    return async (request: Request, response: Response) => {
      mayOnly(guestOf(response), file.roles);
      const found = await this.#inSnapshot(request, response, file, (context) => {
        const mistaken = inSentences(context.mistakes);
        if (mistaken !== "") throw new QueryInvalid(mistaken);
        return file.read(context);
      });
      if (found !== undefined) await sendStream(request, response, found, found.pieces);
    };
  }

  perform(action: PageAction): RequestHandler {
    return async (request: Request, response: Response) => {
      try {
        await this.#perform(action, request, response);
      } catch (error) {
        const isRefusal = error instanceof HttpProblem && error.code === "forbidden";
        if (isRefusal || error instanceof NotAllowed)
          await this.#keepRefusal(request, response, { of: action.name, why: error.message });
        throw error;
      }
    };
  }

  async #keepRefusal(
    request: Request,
    response: Response,
    { of: subject, why: reason }: { readonly of: string; readonly why: string },
  ): Promise<void> {
    const { services } = this.#options;
    const actor = await this.#actorOf(request, response, null);
    const deed = { ...noSides, action: "form.refuse", subject, reason } as const;
    await keepRefusal(services, actor, deed, services.clock.now());
  }

  async #perform(action: PageAction, request: Request, response: Response): Promise<void> {
    const { services, bodies } = this.#options;
    const { person, formKey, isSameOrigin } = guestOf(response);
    if (hasBody(request)) response.once("finish", () => discardBody(request));
    if (!isSameOrigin)
      throw new HttpProblem(
        "forbidden",
        "Forms are taken from pages of this console only. Nothing was done.",
      );
    mayOnly(guestOf(response), ["finance"]);
    checkedQuery(parametersOf(request.url), {}, "form");
    const sent = await readForm(request, bodies);
    const { id: formId, fields } = checkedForm(sent, formKey, action.name);
    const keyed = {
      caller: `person ${person.name}`,
      key: formId,
      request: hash(
        "sha256",
        JSON.stringify([action.name, request.path, Object.entries(fields).sort()]),
        "hex",
      ),
    };
    const actor = await this.#actorOf(request, response, formId);
    const done = await action.run({
      services: actingAs({ ...services, ...once(services, keyed, () => {}) }, actor),
      person,
      fields: checkedFields(fields, action.fields),
      params: paramsOf(request),
      requestId: requestIdOf(response),
      formId,
    });
    keepFlash(response, formKey, done.said, this.#baseOf(request));
    response.redirect(303, `${this.#baseOf(request)}${done.to}`);
  }

  async #actorOf(request: Request, response: Response, formId: string | null): Promise<Actor> {
    const { person } = guestOf(response);
    const address = await this.#options.gate.addressOf(request);
    return { kind: "person", ...person, requestId: requestIdOf(response), address, formId };
  }

  /** What every route may throw. */
  readonly fail = (error: unknown, request: Request, response: Response, next: NextFunction): void => {
    if (response.headersSent) next(error);
    else this.#sendError(request, response, errorPageOf(this.#options.services, error));
  };

  /** Reads a page from one moment of the database; a list that no longer has the row to go on after begins anew. */
  async #inSnapshot<Result>(
    request: Request,
    response: Response,
    { query, periodBy }: Pick<ConsolePage, "query" | "periodBy">,
    read: (context: PageContext, notice: string | null) => Promise<Result>,
  ): Promise<Result | undefined> {
    // What a form leaves empty it does not ask for.
    const asked = Object.entries(parametersOf(request.url)).filter(([, value]) => value !== "");
    const parameters = Object.fromEntries(asked);
    const shape = periodBy === undefined ? query : { ...query, ...periodQuery };
    const mistakes = this.#mistakesIn(parameters, shape);
    const readable = Object.entries(parameters).filter(([name]) => !(name in mistakes));
    const checked = checkedQuery(Object.fromEntries(readable), shape, "page") as Record<string, never>;
    const actor = await this.#actorOf(request, response, null);
    const snapshot = await this.#options.services.store.openMoment();
    try {
      const { store } = this.#options.services;
      const services = { ...this.#options.services, actor, store: { ...store, read: snapshot.read } };
      const at = services.clock.now();
      const asOf = { at, entry: await newestEntry(snapshot.read) };
      const { decide } = snapshot;
      const context = this.#contextOf(request, response, {
        services,
        asOf,
        checked,
        mistakes,
        periodBy,
        decide,
      });
      try {
        return await read(context, null);
      } catch (error) {
        if (!isLostPlace(error) || !("after" in parameters || "before" in parameters)) throw error;
        const { after: _after, before: _before, ...rest } = checked;
        const whole = { ...context, query: rest };
        return await read(
          whole,
          "The row that this page was to begin at is not in the list any more: this is the first page.",
        );
      }
    } catch (error) {
      if (!(error instanceof MovedTo)) throw error;
      response.redirect(303, `${this.#baseOf(request)}${error.path}`);
      return undefined;
    } finally {
      await snapshot.close();
    }
  }

  #mistakesIn(parameters: Readonly<Record<string, string>>, shape: ConsolePage["query"]): Mistakes {
    const { provider } = parameters;
    const known = [...this.#options.services.providers.keys()] as string[];
    const isUnknown = provider !== undefined && "provider" in shape && !known.includes(provider);
    return {
      ...mistakesOf(parameters, shape),
      ...(isUnknown ? { provider: unknownProvider(provider, known) } : {}),
    };
  }

  #contextOf(
    request: Request,
    response: Response,
    { services, asOf, checked, mistakes, periodBy, decide }: Found,
  ): PageContext {
    const { person, formKey } = guestOf(response);
    const base = this.#baseOf(request);
    const zone: string = checked.zone ?? this.#options.zone;
    const period: ShownPeriod = periodOf(checked, zone);
    return {
      services,
      person,
      query: checked,
      mistakes,
      params: paramsOf(request),
      period,
      clock: checked.clock ?? periodBy ?? "effective",
      zone,
      asOf,
      requestId: requestIdOf(response),
      decide,
      to: (path, query = {}) => `${base}${path}${asQuery(query)}`,
      here: (changes) => `${base}${request.path}${asQuery({ ...parametersOf(request.url), ...changes })}`,
      formFields: (action) => (person.role === "finance" ? formFields(formKey, action) : []),
    };
  }

  /** Where the console is, for whoever reads its pages. */
  #baseOf({ baseUrl }: Request): string {
    return `${this.#options.publicPath ?? ""}${baseUrl}`;
  }

  #visitorOf(request: Request, { person, signOut }: LetIn): Visitor {
    return {
      person,
      signOut,
      path: request.path,
      paths: this.#paths,
      asOf: null,
      period: null,
      carried: "",
      flash: null,
      notice: null,
      url: `${request.headers.host ?? ""}${this.#options.publicPath ?? ""}${request.originalUrl}`,
    };
  }

  #sendError(request: Request, response: Response, page: ErrorPage): void {
    const admission = response.locals.admission as Admission | undefined;
    const guest = admission?.kind === "person" ? admission : undefined;
    response.locals.refusal = page.title;
    if (page.status === 503 && page.headers?.["retry-after"] === undefined) response.set("retry-after", "5");
    response.status(page.status).set(page.headers ?? {});
    this.#send(request, response, {
      title: page.title,
      visitor: guest === undefined ? null : this.#visitorOf(request, guest),
      refreshAfter: null,
      children: (
        <ErrorBody
          page={page}
          base={this.#baseOf(request)}
          canSearch={guest !== undefined && this.#paths.has("/search")}
          requestId={requestIdOf(response)}
        />
      ),
    });
  }

  #send(request: Request, response: Response, { children, ...frame }: Sent): void {
    const html = renderToString(
      <Frame {...frame} base={this.#baseOf(request)} requestId={requestIdOf(response)}>
        {children}
      </Frame>,
    );
    response.set("content-type", "text/html; charset=utf-8").send(`<!doctype html>${html}`);
  }
}

interface Found {
  readonly services: ServingServices;
  readonly asOf: { readonly at: Instant; readonly entry: bigint | null };
  readonly checked: Record<string, never>;
  readonly mistakes: Mistakes;
  readonly periodBy: ConsolePage["periodBy"];
  readonly decide: PageContext["decide"];
}

interface Sent {
  readonly title: string;
  readonly visitor: Visitor | null;
  readonly refreshAfter: number | null;
  readonly children: ComponentChildren;
}

function guestOf({ locals }: Response): LetIn {
  return locals.admission as LetIn;
}

/** @throws NotAllowed */
function mayOnly({ person }: LetIn, roles: ConsolePage["roles"] = ["read"]): void {
  if (person.role !== "finance" && !roles.includes(person.role)) throw new NotAllowed(person.role);
}

function paramsOf({ params }: Request): Record<string, string> {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, String(value)]));
}

const requestIdOf = (response: Response): string => String(response.getHeader("request-id") ?? "");

function isLostPlace(error: unknown): boolean {
  return (
    error instanceof UnknownPosition || (error instanceof HttpProblem && error.code === "cursor_invalid")
  );
}

function describePeriod({ clock, zone }: PageContext, name: string): string {
  return `${name} · by ${clockWords[clock]} · ${zone}`;
}

/** The period goes along from page to page. */
function carriedBy(request: Request): string {
  const asked = Object.entries(parametersOf(request.url)).filter(([name]) => periodNames.includes(name));
  return asQuery(Object.fromEntries(asked));
}

function asQuery(parameters: Parameters): string {
  const given = Object.entries(parameters).filter((entry): entry is [string, string] => Boolean(entry[1]));
  return given.length === 0 ? "" : `?${new URLSearchParams(given)}`;
}
