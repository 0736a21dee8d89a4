import type { Request, Response } from "express";
import { z } from "zod";
import type { Services } from "../../services/services.ts";
import type { Tellable } from "../../store/described/field.ts";
import type { Page, PageRequest } from "../../store/engine/read/page.ts";
import type { Role } from "./api-keys.ts";
import { actingFor, callerIfLetIn, callerOf } from "./authentication.ts";
import { readBody } from "./body.ts";
import { writeOnce } from "./idempotency-key.ts";
import type { ProblemCode } from "./problem.ts";
import { pageJson, readListQuery, readQuery } from "./query.ts";
import { type StreamedFile, sendStream } from "./stream.ts";
import type { Upload, UploadTerms } from "./upload.ts";

/** One route of the API: what serves it, and what the API's own description says of it. */
export interface Operation {
  readonly method: "get" | "post" | "put" | "delete";
  /** Below `/v1`, with `:id` where an id stands. */
  readonly path: string;
  /** Who may use it besides `finance`. */
  readonly roles: readonly Role[];
  readonly summary: string;
  readonly query: z.ZodRawShape;
  /** Whether it takes `limit` and `cursor` too. */
  readonly isList: boolean;
  /** Whether it takes `before`, to go back. */
  readonly goesBack: boolean;
  readonly body: z.ZodType | null;
  /** What is taken as a body that is no JSON. */
  readonly upload: UploadTerms | null;
  readonly idempotencyKey: "optional" | "required" | null;
  readonly status: 200 | 201 | 202;
  /** What it answers with: of a list, each row of it, and what stands beside the rows. */
  readonly mediaType: string;
  readonly answers: Tellable<never> | null;
  readonly beside: Tellable<never> | null;
  /** What it can be refused for, besides what every route can. */
  readonly problems: readonly ProblemCode[];
  handle(request: Request, response: Response): Promise<void>;
  /** Of one thing: its document, by the URL that asks for it. `null` of everything else. */
  readonly tell: ((url: string, id: string) => Promise<object>) | null;
}

interface Described {
  readonly roles: readonly Role[];
  readonly summary: string;
  readonly problems?: readonly ProblemCode[];
}

type Output<Shape extends z.ZodRawShape> = z.output<z.ZodObject<Shape>>;

interface Lists<Shape extends z.ZodRawShape, Row> extends Described {
  /** Its name: cursors of another list are refused. */
  readonly list: string;
  /** Whether it is only read on, and never back. */
  readonly isOneWay?: boolean;
  readonly query: Shape;
  readonly answers: Tellable<Row>;
  /** What of each row is for who asks with a token, if not all of it. */
  readonly toTokens?: Tellable<Row>;
}

interface AskedPage<Shape extends z.ZodRawShape> {
  readonly filter: Output<Shape>;
  readonly page: PageRequest;
  readonly id: string;
}

/** Part of a list, newest first. */
export function listing<Shape extends z.ZodRawShape, Row>(
  path: string,
  described: Lists<Shape, Row>,
  answer: (asked: AskedPage<Shape>) => Promise<Page<Row>>,
): Operation {
  return listOf(path, described, null, async (asked) => ({ page: await answer(asked), beside: {} }));
}

/** Part of a list, with something that is said of all of it. */
export function listingBeside<Shape extends z.ZodRawShape, Row, Beside>(
  path: string,
  described: Lists<Shape, Row> & { readonly beside: Tellable<Beside> },
  answer: (asked: AskedPage<Shape>) => Promise<{ readonly page: Page<Row>; readonly beside: Beside }>,
): Operation {
  const { beside: told } = described;
  return listOf(path, described, told, async (asked) => {
    const { page, beside } = await answer(asked);
    return { page, beside: told.toJson(beside) };
  });
}

function listOf<Shape extends z.ZodRawShape, Row>(
  path: string,
  { list, isOneWay = false, query, answers, toTokens = answers, ...described }: Lists<Shape, Row>,
  beside: Tellable<never> | null,
  answer: (asked: AskedPage<Shape>) => Promise<{ readonly page: Page<Row>; readonly beside: object }>,
): Operation {
  return {
    ...reads(path, described),
    answers,
    beside,
    query,
    isList: true,
    goesBack: !isOneWay,
    handle: async (request, response) => {
      const asked = { ...readListQuery(request, { list, isOneWay }, query), id: idOf(request) };
      const found = await answer(asked);
      const told = callerIfLetIn(response)?.token === undefined ? answers : toTokens;
      response.json({ ...found.beside, ...pageJson(list, found.page, told.toJson) });
    },
  };
}

/** One thing. */
export function reading<Shape extends z.ZodRawShape, Value>(
  path: string,
  { query, answers, ...described }: Described & { readonly query: Shape; readonly answers: Tellable<Value> },
  answer: (asked: { query: Output<Shape>; id: string }) => Promise<Value>,
): Operation {
  const tell = async (url: string, id: string): Promise<object> =>
    answers.toJson(await answer({ query: readQuery({ url }, query), id }));
  return {
    ...reads(path, described),
    answers,
    query,
    tell,
    handle: async (request, response) => {
      response.json(await tell(request.url, idOf(request)));
    },
  };
}

/** A file, as long as it may be. */
export function streaming<Shape extends z.ZodRawShape>(
  path: string,
  { query, file, ...described }: Described & { readonly query: Shape; readonly file: StreamedFile },
  answer: (asked: { query: Output<Shape> }) => AsyncGenerator<string>,
): Operation {
  return {
    ...reads(path, described),
    query,
    mediaType: file.mediaType,
    handle: async (request, response) => {
      await sendStream(request, response, file, answer({ query: readQuery(request, query) }));
    },
  };
}

interface Writes<Body extends z.ZodType, Value> extends Described {
  readonly body: Body;
  readonly answers: Tellable<Value>;
  readonly idempotencyKey?: "required";
  readonly status?: Operation["status"];
  /** `post` unless another is said. */
  readonly method?: Exclude<Operation["method"], "get">;
}

/** A change. What it writes through `once` happens once for one idempotency key. */
export function writing<Body extends z.ZodType, Value>(
  path: string,
  { body, answers, idempotencyKey, status = 200, method = "post", ...described }: Writes<Body, Value>,
  answer: (asked: {
    body: z.output<Body>;
    id: string;
    /** The name of the API key it came with. */
    by: string;
    once: (services: Services) => Services;
  }) => Promise<Value>,
): Operation {
  const required = idempotencyKey === "required";
  return {
    ...reads(path, described),
    method,
    answers,
    body,
    idempotencyKey: idempotencyKey ?? "optional",
    status,
    handle: async (request, response) => {
      readQuery(request, {});
      const read = readBody(request, body);
      const once = (services: Services) =>
        writeOnce(actingFor(services, response), request, response, { required });
      const by = callerOf(response);
      const answered = await answer({ body: read, id: idOf(request), by, once });
      response.status(status).json(answers.toJson(answered));
    },
  };
}

interface Uploads<Value> extends Described {
  readonly query: z.ZodRawShape;
  readonly answers: Tellable<Value>;
  readonly upload: UploadTerms;
}

/** A file that is sent to us, read as it comes in. */
export function uploading<Value>(
  path: string,
  { query, upload, answers, ...described }: Uploads<Value>,
  answer: (request: Request, response: Response, upload: Upload) => Promise<Value>,
): Operation {
  return {
    ...reads(path, described),
    method: "post",
    answers,
    query,
    upload,
    idempotencyKey: "optional",
    status: 201,
    handle: async (request, response) => {
      readQuery(request, query);
      response.status(201).json(answers.toJson(await answer(request, response, request.body as Upload)));
    },
  };
}

/** The body of a write that takes no fields. */
export const noFields = z.strictObject({});

function reads(path: string, { roles, summary, problems = [] }: Described): Omit<Operation, "handle"> {
  const none = {
    query: {},
    isList: false,
    goesBack: false,
    body: null,
    upload: null,
    idempotencyKey: null,
    answers: null,
    beside: null,
    tell: null,
  };
  const json = { status: 200, mediaType: "application/json" } as const;
  return { method: "get", path, roles, summary, problems, ...json, ...none };
}

/** A path names one thing at most. */
function idOf({ params }: Request): string {
  return String(Object.values(params)[0] ?? "");
}
