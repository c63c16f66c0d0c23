/** A Secret as the API server returns it: its values in base64. */
export interface Secret {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly data?: Readonly<Record<string, string>>;
}
