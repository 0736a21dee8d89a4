import type { Request, RequestHandler, Response } from "express";
import type { ComponentChildren } from "preact";
import type { SignOut } from "./kit/layout.tsx";
import type { Person } from "./kit/page.ts";

/** Who asks, and what forms of theirs are bound to. */
export type Admission =
  | {
      readonly kind: "person";
      readonly person: Person;
      /** Whether a write comes from a page of this console. */
      readonly isSameOrigin: boolean;
      /** Known to nobody but this person's browser and us. */
      readonly formKey: string | Uint8Array;
      /** What forms that are still open may be bound to, too. */
      readonly otherFormKeys?: readonly (string | Uint8Array)[];
      readonly signOut: SignOut;
    }
  /** Signed out; `signIn` is where to sign in, `null` if nobody can say. */
  | { readonly kind: "nobody"; readonly signIn: string | null }
  /** Nobody can be let in before something is set, or sent in another way. */
  | {
      readonly kind: "closed";
      readonly status: 400 | 403 | 421 | 503;
      readonly title: string;
      readonly why: string;
    };

export type LetIn = Extract<Admission, { kind: "person" }>;

/** Lets people in: by passwords of ours, or by what the app knows of them that the console is part of. */
export interface Gate {
  admit(request: Request): Promise<Admission>;
  /** Pages of its own, which nobody needs to be let in for. */
  readonly routes: ((pages: Pages) => RequestHandler) | null;
  /** Where a person came from, as a keyed hash; `null` if nobody keeps that. */
  addressOf(request: Request): Promise<string | null>;
}

/** What a gate makes its pages with. */
export interface Pages {
  baseOf(request: Request): string;
  admissionOf(response: Response): Admission;
  send(request: Request, response: Response, page: PlainPage): void;
}

export interface PlainPage {
  readonly title: string;
  readonly children: ComponentChildren;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Without users there is nobody to let in. */
export const noUsers: Gate = {
  admit: async () => ({
    kind: "closed",
    status: 503,
    title: "Nobody may sign in yet",
    why: "Set CONSOLE_USERS to name:role:password (role read or finance, a password of at least 12 characters, or what tallyhook hash-password prints), or in an app give console({ authenticate }), and start again.",
  }),
  routes: null,
  addressOf: async () => null,
};
