import type { ComponentChildren } from "preact";
import { assets } from "./assets.ts";
import { navigation, sectionOf } from "./navigation.ts";
import type { AsOf, Person } from "./page.ts";
import { grouped, Time } from "./parts.tsx";

/** What every page of the console has, whoever asks for it. */
export interface FrameProps {
  /** Where the console is. */
  readonly base: string;
  readonly title: string;
  readonly children: ComponentChildren;
  readonly refreshAfter?: number | null;
  /** `null`: nobody is signed in, or nobody could be asked. */
  readonly visitor: Visitor | null;
  readonly requestId: string;
}

export interface Visitor {
  readonly person: Person;
  /** The page that is shown, below the console. */
  readonly path: string;
  /** Which pages there are for that person. */
  readonly paths: ReadonlySet<string>;
  readonly asOf: AsOf | null;
  /** What period, clock and zone the page is of, in words; `null`: of none. */
  readonly period: string | null;
  /** Carried from page to page: the period. */
  readonly carried: string;
  readonly flash: string | null;
  readonly notice: string | null;
  readonly url: string;
  readonly signOut: SignOut;
}

/** How one leaves: by a form of ours, at an address of the app that the console is part of, or not at all. */
export type SignOut =
  | { readonly kind: "form"; readonly fields: readonly { name: string; value: string }[] }
  | { readonly kind: "link"; readonly url: string }
  | { readonly kind: "none" };

export function Frame({ base, title, children, refreshAfter = null, visitor, requestId }: FrameProps) {
  return (
    <html lang="en">
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <meta name="color-scheme" content="light dark" />
        {refreshAfter === null ? null : <meta httpEquiv="refresh" content={String(refreshAfter)} />}
        <title>{`${title} · Tallyhook`}</title>
        <link rel="stylesheet" href={`${base}${assets.style.path}`} />
        <link rel="icon" href={`${base}${assets.icon.path}`} />
        <script defer src={`${base}${assets.script.path}`} />
      </head>
      <body data-base={base}>
        <a class="skip" href="#main">
          Skip to the page
        </a>
        {visitor === null ? <Plain base={base} /> : <Header base={base} {...visitor} />}
        <main id="main" tabIndex={-1}>
          {visitor?.flash ? (
            <p class="flash" role="status">
              {visitor.flash}
            </p>
          ) : null}
          {visitor?.notice ? <p class="notice">{visitor.notice}</p> : null}
          {children}
        </main>
        <footer>
          <span class="printed">{visitor?.url} · </span>
          {visitor?.asOf ? (
            <span class="printed">
              as of <Time at={visitor.asOf.at} /> ·{" "}
            </span>
          ) : null}
          <span>Tallyhook · request {requestId}</span>
        </footer>
      </body>
    </html>
  );
}

function Plain({ base }: { base: string }) {
  return (
    <header>
      <p class="line">
        <a class="product" href={`${base}/`}>
          Tallyhook
        </a>
      </p>
    </header>
  );
}

function Header({
  base,
  person,
  path,
  paths,
  asOf,
  period,
  carried,
  signOut,
}: Visitor & { readonly base: string }) {
  const section = sectionOf(path);
  return (
    <header>
      <div class="line">
        <a class="product" href={`${base}/`}>
          Tallyhook
        </a>
        {paths.has("/search") ? (
          // biome-ignore lint/a11y/useSemanticElements: <search> is unknown to readers in use.
          <form role="search" method="get" action={`${base}/search`}>
            <label for="search">Search</label>{" "}
            <input id="search" name="q" type="search" maxLength={500} placeholder="id, invoice, owner" />{" "}
            <button type="submit">Find</button>
          </form>
        ) : null}
        {period === null ? null : <span class="period">{period}</span>}
        {asOf === null ? null : (
          <span class="as-of">
            as of <Time at={asOf.at} />
            {asOf.entry === null ? ", no entry yet" : `, entry no. ${grouped(String(asOf.entry))}`}
          </span>
        )}
        <span class="person">
          {person.name} · {person.role}
        </span>
        <SignOutPart base={base} signOut={signOut} />
      </div>
      <nav aria-label="Pages">
        <ul>
          {navigation
            .filter((entry) => paths.has(entry.path))
            .map((entry) => (
              <li key={entry.path}>
                <a
                  href={`${base}${entry.path}${carried}`}
                  data-key={entry.key}
                  aria-current={entry.path === path ? "page" : entry.path === section ? "true" : undefined}
                >
                  {entry.label}
                </a>
              </li>
            ))}
        </ul>
      </nav>
    </header>
  );
}

function SignOutPart({ base, signOut }: { base: string; signOut: SignOut }) {
  switch (signOut.kind) {
    case "form":
      return (
        <form class="sign-out" method="post" action={`${base}/sign-out`}>
          {signOut.fields.map(({ name, value }) => (
            <input type="hidden" name={name} value={value} key={name} />
          ))}
          <button type="submit">Sign out</button>
        </form>
      );
    case "link":
      return <a href={signOut.url}>Sign out</a>;
    case "none":
      return null;
    default:
      return signOut satisfies never;
  }
}
