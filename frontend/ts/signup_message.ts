// The message that the sign-in's popup posts to us. Many others arrive, and anybody may post one.
export type SessionMessage = { event: string; data: Record<string, unknown>; step: string; isFinished: boolean };

// `origins` are whole origins; a host may begin with `*.`. Meta's own sample would trust notfacebook.com.
export function isTrusted(origin: string, origins: string[]): boolean {
  return origins.some((trusted) => {
    if (!trusted.includes("://*.")) return origin === trusted;
    const [scheme, host] = trusted.split("://*.") as [string, string];
    const [givenScheme, givenHost = ""] = origin.split("://");
    return givenScheme === scheme && givenHost.endsWith(`.${host}`);
  });
}

// The message is JSON in a string or an object, and so is its `data`.
export function readMessage(raw: unknown): SessionMessage | null {
  const message = asObject(raw);
  if (message?.type !== "WA_EMBEDDED_SIGNUP" || typeof message.event !== "string") return null;
  const data = asObject(message.data) ?? {};
  const step = typeof data.current_step === "string" ? data.current_step : "";
  return { event: message.event, data, step, isFinished: message.event.startsWith("FINISH") };
}

function asObject(raw: unknown): Record<string, unknown> | null {
  let value = raw;
  if (typeof raw === "string") {
    try {
      value = JSON.parse(raw);
    } catch {
      return null;
    }
  }
  return value !== null && typeof value === "object" && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
}
