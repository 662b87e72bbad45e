// What both stories read of their answers in the same way: what was asked for, or why it was refused.

interface Fault {
  pointer: string;
}
interface Problem {
  status: number;
  type: string;
  errors?: Fault[];
}
interface Answer<Data> {
  data?: Data | undefined;
  error?: Problem | undefined;
}

/** What was asked for; anything else ends the story. */
export function good<Data>({ data, error }: Answer<Data>): Data {
  if (data === undefined) throw new Error(JSON.stringify(error));
  return data;
}

/** Why something was refused; anything else ends the story. */
export function refused({ error }: Answer<unknown>): string {
  if (error === undefined) throw new Error("it was not refused");
  const pointers = error.errors?.map(({ pointer }) => pointer) ?? [];
  const at = pointers.length > 0 ? ` at ${pointers.join(", ")}` : "";
  return `${error.status} ${error.type}${at}`;
}

/** Whether something was a minute ago at the most. */
export function when(time: Date): string {
  return Date.now() - time.getTime() < 60_000 ? "just now" : "long ago";
}

/** A variable of the environment, which must be set. */
export function given(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
}
