import { hash } from "node:crypto";
import { type NextFunction, type Request, type RequestHandler, type Response, Router } from "express";
import type { Actor } from "../domain/action.ts";
import { HttpProblem } from "../http/kit/problem.ts";
import { type BodyReader, discardBody, hasBody } from "../http/kit/raw-body.ts";
import { sendStream } from "../http/kit/stream.ts";
import { checkedQuery, parametersOf, QueryInvalid } from "../services/documents/parameters.ts";
import { once } from "../services/kit/idempotency.ts";
import { actingAs, noSides } from "../services/people/acting.ts";
import { keepRefusal } from "../services/people/sessions.ts";
import type { ServingServices } from "../services/services.ts";
import type { Admission, Gate, LetIn, PlainPage } from "./gate.ts";
import { assetRoutes } from "./kit/assets.ts";
import { ErrorBody, type ErrorPage, errorPageOf, NotAllowed, saidInLog } from "./kit/errors.tsx";
import {
  checkedFields,
  checkedForm,
  FormNotTaken,
  flashOf,
  forgetFlash,
  keepFlash,
  readForm,
} from "./kit/forms.ts";
import { inSentences } from "./kit/mistakes.ts";
import { type ConsolePage, type DownloadPage, isFor, type PageAction } from "./kit/page.ts";
import { type AskedPage, htmlOf, inSnapshot, type MakePage, makingHere, visitorOf } from "./page-maker.tsx";
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
  /** Reads and writes down the pages: here, unless told where else. */
  readonly making?: MakePage;
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
  const shell = new Shell(options, pages);
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
  readonly #pages: readonly ConsolePage[];
  readonly #making: MakePage;

  constructor(options: ConsoleOptions, pages: readonly ConsolePage[]) {
    this.#options = options;
    this.#pages = pages;
    this.#making = options.making ?? makingHere(options.services, pages);
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
      mayOnly(guestOf(response), page.roles);
      const made = await this.#making(await this.#askedBy(request, response, page.path));
      switch (made.kind) {
        case "html":
          forgetFlash(request, response, this.#baseOf(request));
          response.status(made.status).set("content-type", html).send(made.html);
          break;
        case "moved":
          response.redirect(303, made.to);
          break;
        case "error":
          saidInLog(this.#options.services.log, made.error);
          this.#sendError(request, response, made.error.page);
          break;
        default:
          made satisfies never;
      }
    };
  }

  send(file: DownloadPage): RequestHandler {
    return async (request: Request, response: Response) => {
      mayOnly(guestOf(response), file.roles);
      const { services } = this.#options;
      const asked = await this.#askedBy(request, response, file.path);
      const found = await inSnapshot(services, asked, file, (context) => {
        const mistaken = inSentences(context.mistakes);
        if (mistaken !== "") throw new QueryInvalid(mistaken);
        return file.read(context);
      });
      await sendStream(request, response, found, found.pieces);
    };
  }

  /** All that a page or a file is made from, wherever that is done. */
  async #askedBy(request: Request, response: Response, path: string): Promise<AskedPage> {
    const { person, formKey, signOut } = guestOf(response);
    return {
      page: path,
      path: request.path,
      params: paramsOf(request),
      parameters: parametersOf(request.url),
      base: this.#baseOf(request),
      url: this.#urlOf(request),
      zone: this.#options.zone,
      person,
      formKey,
      signOut,
      actor: await this.#actorOf(request, response, null),
      requestId: requestIdOf(response),
      at: this.#options.services.clock.now(),
      policy: this.#options.services.policies.current,
      flash: flashOf(request, formKey),
      destinations: path === "/" ? await this.#options.services.destinations() : null,
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
    const { person, formKey, otherFormKeys = [], isSameOrigin } = guestOf(response);
    if (hasBody(request)) response.once("finish", () => discardBody(request));
    if (!isSameOrigin)
      throw new FormNotTaken("Forms are taken from pages of this console only. Nothing was done.");
    mayOnly(guestOf(response), ["finance"]);
    checkedQuery(parametersOf(request.url), {}, "form");
    const sent = await readForm(request, bodies);
    const { id: formId, fields } = checkedForm(sent, [formKey, ...otherFormKeys], action.name);
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
    else {
      const judged = errorPageOf(this.#options.services.store, error);
      saidInLog(this.#options.services.log, judged);
      this.#sendError(request, response, judged.page);
    }
  };

  /** Where the console is, for whoever reads its pages. */
  #baseOf({ baseUrl }: Request): string {
    return `${this.#options.publicPath ?? ""}${baseUrl}`;
  }

  #urlOf({ headers, originalUrl }: Request): string {
    return `${headers.host ?? ""}${this.#options.publicPath ?? ""}${originalUrl}`;
  }

  #sendError(request: Request, response: Response, page: ErrorPage): void {
    const admission = response.locals.admission as Admission | undefined;
    const guest = admission?.kind === "person" ? admission : undefined;
    response.locals.refusal = page.title;
    if (page.status === 503 && page.headers?.["retry-after"] === undefined) response.set("retry-after", "5");
    response.status(page.status).set(page.headers ?? {});
    this.#send(request, response, {
      title: page.title,
      visitor:
        guest === undefined
          ? null
          : visitorOf({ ...guest, path: request.path, url: this.#urlOf(request) }, this.#pages),
      refreshAfter: null,
      children: (
        <ErrorBody
          page={page}
          base={this.#baseOf(request)}
          canSearch={guest !== undefined && this.#pages.some(({ path }) => path === "/search")}
          requestId={requestIdOf(response)}
        />
      ),
    });
  }

  #send(request: Request, response: Response, page: Parameters<typeof htmlOf>[0]): void {
    const frame = { base: this.#baseOf(request), requestId: requestIdOf(response) };
    response.set("content-type", html).send(htmlOf(page, frame));
  }
}

const html = "text/html; charset=utf-8";

function guestOf({ locals }: Response): LetIn {
  return locals.admission as LetIn;
}

/** @throws NotAllowed */
function mayOnly({ person }: LetIn, roles?: ConsolePage["roles"]): void {
  if (!isFor(person.role, { roles })) throw new NotAllowed(person.role);
}

function paramsOf({ params }: Request): Record<string, string> {
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, String(value)]));
}

const requestIdOf = (response: Response): string => String(response.getHeader("request-id") ?? "");
