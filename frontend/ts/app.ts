// On every page.
import htmx from "htmx.org";
import { watchPasskeys } from "./passkeys";
import { watchTheme } from "./theme";
import { fillTimeZone } from "./timezone";

declare global {
  interface Window {
    htmx: typeof htmx;
  }
}

window.htmx = htmx;
watchTheme();
fillTimeZone();
watchPasskeys();
