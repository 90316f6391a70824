// Light or dark. `data-theme` on <html> is what the person chose in their settings; a click on the switch is kept here
// and told to the server.
export type Theme = "system" | "light" | "dark";

const root = document.documentElement;
const systemDark = window.matchMedia("(prefers-color-scheme: dark)");

function chosen(): Theme {
  return (root.dataset.theme as Theme | undefined) ?? (localStorage.getItem("theme") as Theme | null) ?? "system";
}

export function applyTheme(theme: Theme = chosen()): void {
  const dark = theme === "dark" || (theme === "system" && systemDark.matches);
  root.dataset.bsTheme = dark ? "dark" : "light";
}

export function watchTheme(): void {
  systemDark.addEventListener("change", () => applyTheme());
  document.body.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (!form.matches(".theme-switch")) return;
    event.preventDefault();
    const theme: Theme = root.dataset.bsTheme === "dark" ? "light" : "dark";
    form.querySelector<HTMLInputElement>("[name=theme]")!.value = theme;
    if (root.dataset.theme !== undefined) root.dataset.theme = theme;
    localStorage.setItem("theme", theme);
    applyTheme(theme);
    if (form.action) void fetch(form.action, { method: "POST", body: new FormData(form) });
  });
}
