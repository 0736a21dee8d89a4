import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";
import type { Request, Response } from "express";
import { z } from "zod";
import { HttpProblem } from "../../http/kit/problem.ts";
import type { BodyReader } from "../../http/kit/raw-body.ts";
import { inWords } from "./mistakes.ts";
import { type FormField, Refused } from "./page.ts";

/** A thread is given bytes as an array of them. */
type Key = string | Uint8Array;

const signed = (key: Key, text: string): string => createHmac("sha256", key).update(text).digest("base64url");

/** Proves that a form was made for this session and this action. */
const tokenOf = (key: Key, action: string): string => signed(key, `form ${action}`);

const hidden = { token: "form_token", id: "form_id" } as const;

export function formFields(key: Key, action: string): FormField[] {
  return [
    { name: hidden.token, value: tokenOf(key, action) },
    { name: hidden.id, value: randomUUID() },
  ];
}

const largestForm = 64 * 1024;
const mostFields = 200;

/** It is not of this session, or not from a page of ours. */
export class FormNotTaken extends HttpProblem {
  constructor(why: string) {
    super("forbidden", why);
  }
}

export interface Form {
  readonly id: string;
  readonly fields: Readonly<Record<string, string | string[]>>;
}

/**
 * What a form of ours sent. It is refused unless its token is of this session and action.
 * @throws HttpProblem if it cannot be read
 */
export async function readForm(
  request: Request,
  bodies: BodyReader,
): Promise<Record<string, string | string[]>> {
  if (isParsed(request.body)) return request.body;
  if (!request.is("application/x-www-form-urlencoded"))
    throw new HttpProblem("media_type_unsupported", "Send the form as the page does.");
  const raw = await bodies.read(request, largestForm);
  switch (raw.kind) {
    case "body":
      return fieldsOf(Buffer.from(raw.bytes).toString("utf8"));
    case "too_large":
      throw new HttpProblem("body_too_large", "The form has more text in it than can be taken.");
    case "too_slow":
      throw new HttpProblem("body_too_slow", raw.detail);
    case "already_parsed":
      throw new HttpProblem("body_already_parsed", "Something read the form before the console did.");
    case "gone":
      throw new HttpProblem("request_invalid", "The form did not arrive whole.");
    default:
      return raw satisfies never;
  }
}

/** By an app that the console is part of. */
function isParsed(body: unknown): body is Record<string, string | string[]> {
  return typeof body === "object" && body !== null && !Buffer.isBuffer(body) && Object.keys(body).length > 0;
}

function fieldsOf(text: string): Record<string, string | string[]> {
  const sent = [...new URLSearchParams(text)];
  if (sent.length > mostFields) throw new HttpProblem("body_invalid", "The form has too many fields.");
  const fields: Record<string, string | string[]> = Object.create(null);
  for (const [name, value] of sent) {
    const before = fields[name];
    fields[name] = before === undefined ? value : [...[before].flat(), value];
  }
  return fields;
}

/** @throws FormNotTaken unless it was made for this session and this action */
export function checkedForm(
  sent: Record<string, string | string[]>,
  keys: readonly Key[],
  action: string,
): Form {
  const { [hidden.token]: token, [hidden.id]: id, ...fields } = sent;
  if (typeof token !== "string" || !keys.some((key) => isEqual(token, tokenOf(key, action))))
    throw new FormNotTaken(
      "The form was not made for this session: it may have ended meanwhile. Nothing was done. Open the page again.",
    );
  if (typeof id !== "string" || !/^[\w-]{16,64}$/.test(id))
    throw new HttpProblem("body_invalid", "The form has no id of its own. Open the page again.");
  return { id, fields };
}

/** @throws Refused that names the field */
export function checkedFields<Shape extends z.ZodRawShape>(
  fields: Readonly<Record<string, unknown>>,
  shape: Shape,
): z.output<z.ZodObject<Shape>> {
  const read = z.strictObject(shape).safeParse({ ...fields });
  if (read.success) return read.data;
  const words = read.error.issues.map((issue) =>
    issue.code === "unrecognized_keys"
      ? `${issue.keys.join(", ")} is no field of this form.`
      : `${issue.path.join(".")}: ${inWords(issue)}`,
  );
  throw new Refused(words.join(" "), 400);
}

function isEqual(a: string, b: string): boolean {
  const [one, other] = [Buffer.from(a), Buffer.from(b)];
  return one.length === other.length && timingSafeEqual(one, other);
}

/** What is said once on the next page is kept by the browser: sealed, so that nobody else can make us say something. */
const flashCookie = "tallyhook-said";
const flashSeconds = 60;
const longestFlash = 1_000;

export function keepFlash(response: Response, key: Key, said: string, path: string): void {
  const text = Buffer.from(said.slice(0, longestFlash)).toString("base64url");
  const value = `${text}.${signed(key, `said ${text}`)}`;
  response.append(
    "set-cookie",
    `${flashCookie}=${value}; Path=${path || "/"}; Max-Age=${flashSeconds}; HttpOnly; SameSite=Strict`,
  );
}

/** What was kept for this session. */
export function flashOf(request: Request, key: Key): string | null {
  const [text = "", seal = ""] = (cookieOf(request, flashCookie) ?? "").split(".");
  return isEqual(seal, signed(key, `said ${text}`)) ? Buffer.from(text, "base64url").toString("utf8") : null;
}

/** It has been said. */
export function forgetFlash(request: Request, response: Response, path: string): void {
  if (cookieOf(request, flashCookie) === undefined) return;
  response.append("set-cookie", `${flashCookie}=; Path=${path || "/"}; Max-Age=0; HttpOnly; SameSite=Strict`);
}

/** The first cookie of this name. */
export function cookieOf({ headers }: Pick<Request, "headers">, name: string): string | undefined {
  for (const part of (headers.cookie ?? "").split(";")) {
    const at = part.indexOf("=");
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim();
  }
  return undefined;
}
