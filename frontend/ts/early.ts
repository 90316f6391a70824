// Runs before the first paint: the theme by the person's choice, else by the system's wish.
import { applyTheme } from "./theme";

applyTheme();
