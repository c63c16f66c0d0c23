import { githubFacts } from "./github/facts.ts";

/** A form of names, and the end of the sentence for a name without it. */
export interface NameForm {
  readonly pattern: RegExp;
  readonly rule: string;
}

/** What the model knows of a Git host. */
export interface HostFacts {
  /** Its name in messages. */
  readonly name: string;
  /** The beginning of the names of EventSources, Sensors and Secrets that receive its pushes. */
  readonly prefix: string;
  readonly owner: NameForm;
  /** The owner and the name of a repository, with a slash between them. */
  readonly repository: NameForm;
  /** The most hooks that a repository may have for pushes. */
  readonly hooksPerRepository: number;
  /** How many hooks it lets a program create. */
  readonly creations: { readonly perMinute: number; readonly perHour: number };
}

/** The Git host in use. */
export const host: HostFacts = githubFacts;
