// Makes ../2-nhsuk.css: nhsuk-frontend, cut to what the templates use and turned to our tokens. See README.md.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { transform } from "lightningcss";
import postcss from "postcss";
import { PurgeCSS } from "purgecss";
import { compile } from "sass";

const here = dirname(fileURLToPath(import.meta.url));
const pwa = join(here, "..", "..");
const packages = join(createRequire(import.meta.url).resolve("nhsuk-frontend/package.json"), "..", "..");
const { version } = JSON.parse(readFileSync(join(packages, "nhsuk-frontend", "package.json"), "utf8"));

// A colour of theirs, and the meaning it has for us. Focus rules keep one look on every background.
const MEANINGS = {
  "#212b32": "--text",
  "#4c6272": "--text-quiet",
  "#005eb8": "--link",
  "#7c2855": "--link-hover",
  "#002f5c": "--link-active",
  "#330072": "--link-visited",
  "#d8dde0": "--line",
  "#aeb7bd": "--line-strong",
  "#b3b3b3": "--line-strong",
  "#d9d9d9": "--line",
  "#f0f4f5": "--page",
  "#d5281b": "--wrong",
  "#007f3b": "--act",
  "#00662f": "--act-hover",
  "#00401e": "--act-edge",
};
const FOCUS = { "#ffeb3b": "--focus", "#212b32": "--on-focus" };
const SIDES = { left: "inline-start", right: "inline-end" };

function templates(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith(".html"))
    .sort()
    .map((name) => ({ raw: readFileSync(join(folder, name), "utf8"), extension: "html" }));
}

function meaning(colour, declaration, focus) {
  const known = colour.toLowerCase();
  if (focus && known in FOCUS) return `var(${FOCUS[known]})`;
  if (known === "#ffffff") return /^background/.test(declaration.prop) ? "var(--surface)" : "var(--on-act)";
  return known in MEANINGS ? `var(${MEANINGS[known]})` : colour;
}

function turn(declaration) {
  const { prop } = declaration;
  declaration.prop = prop
    .replace(/^(margin|padding|border)-(left|right)/, (_, box, side) => `${box}-${SIDES[side]}`)
    .replace(/^(left|right)$/, (side) => `inset-${SIDES[side]}`);
  if (prop === "text-align") declaration.value = declaration.value.replace(/^left$/, "start").replace(/^right$/, "end");
  if (prop === "float" || prop === "clear") declaration.value = declaration.value.replace(/^(left|right)$/, (side) => SIDES[side]);
}

function retheme(css) {
  const root = postcss.parse(css);
  root.walkAtRules("media", (rule) => {
    const old = rule.params.includes("\\0");
    const print = /print/.test(rule.params) && !/screen/.test(rule.params);
    if (old || print) rule.remove();
    else rule.params = rule.params.replace(/,\s*\(-ms-high-contrast: ?active\)/g, "");
  });
  root.walkRules((rule) => {
    const focus = /#ffeb3b|:focus/i.test(rule.toString());
    rule.walkDecls((declaration) => {
      declaration.value = declaration.value.replace(/#[0-9a-f]{3,8}\b/gi, (colour) => meaning(colour, declaration, focus));
      turn(declaration);
    });
  });
  return root.toString();
}

const full = compile(join(here, "nhsuk.scss"), { loadPaths: [packages], quietDeps: true, charset: false }).css;
const [cut] = await new PurgeCSS().purge({
  content: ["layout", "features"].flatMap((name) => templates(join(pwa, name))),
  css: [{ raw: full }],
  safelist: readFileSync(join(here, "kept.txt"), "utf8").split("\n").filter(Boolean),
  keyframes: true,
  variables: false,
});
const { code } = transform({
  filename: "2-nhsuk.css",
  code: Buffer.from(`@layer nhsuk{${retheme(cut.css)}}`),
  minify: true,
  targets: { chrome: 99 << 16, firefox: 97 << 16, safari: (15 << 16) | (4 << 8) },
});
const notice = `/* From nhsuk-frontend ${version}, MIT licence, NHS England: cut and turned to our tokens by css/build. Do not edit. */\n`;
writeFileSync(join(here, "..", "2-nhsuk.css"), `${notice}${code.toString()}\n`);
