// On every page.
import htmx from "htmx.org";
import { watchComposer } from "./composer";
import { watchForms } from "./forms";
import { watchInbox } from "./inbox";
import { watchLive } from "./live";
import { watchPasskeys } from "./passkeys";
import { watchTheme } from "./theme";
import { fillTimeZone } from "./timezone";
import { watchWaits } from "./waiting";

declare global {
  interface Window {
    htmx: typeof htmx;
  }
}

window.htmx = htmx;
watchTheme();
fillTimeZone();
watchForms();
watchWaits();
watchPasskeys();
watchComposer();
watchInbox();
watchLive();
