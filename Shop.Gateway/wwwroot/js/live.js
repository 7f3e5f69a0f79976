/**
 * Server-sent events by fetch: EventSource can't send a token in a header. Connects again after every end, with the id
 * of the last event, sooner or later by chance, so that all browsers don't come back at the same moment.
 */
import { send } from "./api.js";

const longest = 15_000;

export async function follow(path, { onEvent, onState, until, signal }) {
  let last = null;
  for (let failures = 0; !signal.aborted;) {
    try {
      const response = await send("GET", path, {
        signal, headers: { Accept: "text/event-stream", ...last && { "Last-Event-ID": last } },
      });
      if (response.status === 401 || response.status === 404)
        return;

      if (response.ok) {
        failures = 0;
        onState?.(true);
        for await (const event of events(response.body)) {
          last = event.id ?? last;
          if (event.type !== "order")
            continue;

          const data = JSON.parse(event.data);
          onEvent(data);
          if (until?.(data))
            return;
        }
      }
    } catch (error) {
      if (signal.aborted)
        return;
    }

    onState?.(false);
    await pause(Math.min(longest, 500 * 2 ** failures++) * (.5 + Math.random()), signal);
  }
}

async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done)
      return;

    text += value;
    for (let end; (end = text.indexOf("\n\n")) >= 0; text = text.slice(end + 2)) {
      const event = { type: "message", data: "" };
      for (const line of text.slice(0, end).split("\n")) {
        const [, name, content] = /^(event|data|id): ?(.*)$/.exec(line) ?? [];
        if (name === "event")
          event.type = content;
        else if (name)
          event[name] = content;
      }

      yield event;
    }
  }
}

const pause = (milliseconds, signal) => new Promise(resolve => {
  const timer = setTimeout(resolve, milliseconds);
  signal.addEventListener("abort", () => {
    clearTimeout(timer);
    resolve();
  }, { once: true });
});
