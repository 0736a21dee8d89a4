import { z } from "zod";
import type { Dismissal, Marked } from "../../services/inbox/dismiss.ts";
import type { Services } from "../../services/services.ts";
import { action, NotFound, type PageAction, type PageContext, Refused } from "../kit/page.ts";
import { ActionForm, Status } from "../kit/parts.tsx";
import type { Word } from "../kit/words.ts";

/** Something that may stand in the way: an event that cannot be applied, a report that cannot be read to its end. */
interface Dismissible {
  /** As in `event.dismiss`. */
  readonly noun: "event" | "statement";
  /** Its page, below the console. */
  readonly path: string;
  readonly dismissedAt: bigint | null;
  /** What it stays, also then. */
  readonly stays: string;
  /** What happens if it comes after all. */
  readonly ifItComes: string;
}

interface Props extends Dismissible {
  readonly context: Pick<PageContext, "to" | "formFields">;
}

/** What became of it, and whether that is dismissed. */
export function StateOf({
  word: [said, tone],
  dismissedAt,
}: Pick<Dismissible, "dismissedAt"> & { readonly word: Word }) {
  return dismissedAt === null ? (
    <Status tone={tone}>{said}</Status>
  ) : (
    <Status tone="plain">{said}, dismissed</Status>
  );
}

/** For what nothing is to be done about: somebody else's event, a test's, a file that was the wrong one. */
export function Dismissing({ noun, path, dismissedAt, stays, ifItComes, context }: Props) {
  if (dismissedAt !== null)
    return (
      <>
        <h2>Take it up again</h2>
        <p>It was dismissed: nothing reminds of it. Then the overview and doctor count it again.</p>
        <ActionForm context={context} path={`${path}/undismiss`} action={`${noun}.undismiss`}>
          <button type="submit">Take it up again</button>
        </ActionForm>
      </>
    );
  return (
    <>
      <h2 id="dismiss">Dismiss it</h2>
      <p>
        Nothing is booked, and it stays {stays}: the overview, doctor and alarms are quiet about it.{" "}
        {ifItComes}
      </p>
      <ActionForm context={context} path={`${path}/dismiss`} action={`${noun}.dismiss`}>
        <label>
          Why nothing is to be done
          <input type="text" name="reason" size={40} maxLength={500} required />
        </label>
        <button type="submit">Dismiss it</button>
      </ActionForm>
    </>
  );
}

const reason = z.string().trim().min(1, "say why").max(500);

type Mark = (services: Services, id: string, word: Dismissal) => Promise<Marked<unknown>>;

interface Described {
  readonly noun: Dismissible["noun"];
  /** As in "There is no … of this id". */
  readonly called: string;
  readonly list: string;
  readonly mark: Mark;
}

/** Both words that a person may say of it. */
export function dismissing({ noun, called, list, mark }: Described): PageAction[] {
  const marked = async (services: Services, id: string, word: Dismissal, said: string) => {
    const result = await mark(services, id, word);
    switch (result.kind) {
      case "marked":
        return { to: `${list}/${encodeURIComponent(id)}`, said };
      case "unknown":
        throw new NotFound(`${called} of this id`, id);
      case "not_dismissible":
        throw new Refused(`Nothing is to be done about it: it is ${result.is}.`);
      default:
        return result satisfies never;
    }
  };
  return [
    action({
      path: `${list}/:id/dismiss`,
      name: `${noun}.dismiss`,
      fields: { reason },
      run: ({ services, params: { id = "" }, fields }) =>
        marked(
          services,
          id,
          { kind: "dismiss", ...fields },
          "It is dismissed: nothing reminds of it any more.",
        ),
    }),
    action({
      path: `${list}/:id/undismiss`,
      name: `${noun}.undismiss`,
      fields: {},
      run: ({ services, params: { id = "" } }) =>
        marked(services, id, { kind: "undismiss", reason: null }, "It is open again."),
    }),
  ];
}
