// Builds what the browser gets into src/safarichat/console/static/console/: one CSS file, one script per entry, one
// sprite of the icons that the templates name.
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import * as sass from "sass";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "../src/safarichat/console/static/console");
const rooms = join(here, "../src/safarichat");
// early.js runs before the first paint; app.js is on every page; signup.js is the wizard's.
const entries = ["early", "app", "signup"].map((name) => join(here, `ts/${name}.ts`)).filter(existsSync);

function styles() {
  const { css } = sass.compile(join(here, "scss/app.scss"), {
    loadPaths: [join(here, "node_modules")],
    style: "compressed",
    quietDeps: true,
    silenceDeprecations: ["import", "global-builtin", "color-functions", "if-function"],
  });
  writeFileSync(join(out, "app.css"), css);
}

function namedIcons() {
  const named = new Set();
  for (const file of readdirSync(rooms, { recursive: true, encoding: "utf8" })) {
    if (!/\.(html|py)$/.test(file)) continue;
    const text = readFileSync(join(rooms, file), "utf8");
    for (const [, name] of text.matchAll(/\{%\s*icon\s+"([a-z0-9-]+)"/g)) named.add(name);
    for (const [, name] of text.matchAll(/\bicon="([a-z0-9-]+)"/g)) named.add(name);
  }
  return [...named].sort();
}

function sprite() {
  const symbols = namedIcons().map((name) => {
    const svg = readFileSync(join(here, `node_modules/bootstrap-icons/icons/${name}.svg`), "utf8");
    const [, inside] = svg.match(/<svg[^>]*>(.*)<\/svg>/s);
    return `<symbol id="${name}" viewBox="0 0 16 16" fill="currentColor">${inside.replace(/\s*\n\s*/g, "")}</symbol>`;
  });
  writeFileSync(join(out, "icons.svg"), `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`);
}

const scripts = {
  entryPoints: entries,
  outdir: out,
  bundle: true,
  format: "iife",
  target: "es2022",
  minify: true,
  legalComments: "none",
};

mkdirSync(out, { recursive: true });
styles();
sprite();
copyFileSync(join(here, "mark.svg"), join(out, "mark.svg"));
if (process.argv.includes("--watch")) {
  const context = await esbuild.context(scripts);
  await context.watch();
} else {
  await esbuild.build(scripts);
}
