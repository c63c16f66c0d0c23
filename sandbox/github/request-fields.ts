import { z } from "zod";

/** A commit id in full. */
export const sha = z.string().regex(/^[0-9a-f]{40}$/, "is not the id of an object");

/** How many items of a list an answer has. */
export const perPage = z.coerce.number().int().min(1).max(100).catch(30);

/** Base64 as clients send it, with or without line ends; becomes the bytes. */
export const base64 = z
  .string()
  .transform((text) => text.replace(/\s/g, ""))
  .refine(
    (text) => /^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.length % 4 === 0,
    "content is not valid Base64",
  )
  .transform((text) => Buffer.from(text, "base64"));

const line = z
  .string()
  .regex(/^[^\0\n<>]*[A-Za-z0-9][^\0\n<>]*$/, "is empty or has a character that Git refuses");

/** The author or committer of a commit; the date is now where it is left out. */
export const signatureSchema = z
  .object({ name: line, email: line, date: z.iso.datetime({ offset: true }).optional() })
  .transform(({ name, email, date }) => ({ name, email, ...(date === undefined ? {} : { date }) }));
