/** Calls a function without a variable of the environment. */
export function withoutVariable<Made>(variable: string | undefined, make: () => Made): Made {
  const value = variable && process.env[variable];
  if (variable === undefined || value === undefined) return make();
  delete process.env[variable];
  try {
    return make();
  } finally {
    process.env[variable] = value;
  }
}
