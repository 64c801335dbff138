// What the page knows, and how it says it. No library, no network.
"use strict";

const index = JSON.parse(document.getElementById("index").textContent);
const explanations = index.explanations || [];
const total = (index.cells || []).length;

// What the study calls its examples and the like, see `nascent.kind.Words.captions`.
const SPOKEN = index.words;
const WORDS = {
  group: index.group === "group" ? SPOKEN.group : "group",
  stratum: "measured level",
  prediction_baseline: "prediction at the baseline",
  completeness_gap: "sum of the map less the change in prediction",
  relative_gap: "the same, of the change in prediction",
  steps: "steps of the path",
  converged: "tolerance met",
  loss: "precision lost on disk",
  total: "strength of the map, Σ|score|",
};
// Ends of the names of a check's columns.
const ENDINGS = {
  chance: "by chance", lift: "times chance", p: "p value", zero: "map is zero",
  trivial: "map is zero outside", corrected: "corrected for chance",
  exchanged: `with masks of other ${SPOKEN.examples}`, exchanges: "other masks tried",
};
const RAISED = { ...Object.fromEntries([..."0123456789"].map((d, i) => [d, "⁰¹²³⁴⁵⁶⁷⁸⁹"[i]])), "-": "⁻" };

const at = (id) => document.getElementById(id);

function make(tag, given = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "style") node.style.cssText = value;
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child != null));
  return node;
}

function drawn(tag, given, ...children) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(given)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

function pairs(list, entries) {
  list.replaceChildren(...entries.flatMap(([name, value, warn]) => [
    make("dt", {}, name), make("dd", { class: warn ? "warn" : null }, value)]));
}

function number(value, digits = 4) {
  if (value == null || Number.isNaN(value)) return "–";
  if (typeof value !== "number") return String(value);
  const size = Math.abs(value);
  const text = value === 0 || (Number.isInteger(value) && size < 1e6) ? String(value)
    : size >= 1e5 || size < 1e-3 ? value.toExponential(digits - 2)
      : String(Number(value.toPrecision(digits)));
  const [mantissa, exponent] = text.split("e");
  if (exponent === undefined) return mantissa.replace("-", "−");
  const raised = [...exponent.replace("+", "")].map((sign) => RAISED[sign] || sign).join("");
  return `${mantissa.replace("-", "−")} · 10${raised}`;
}

const signedNumber = (value, digits) => (value > 0 ? "+" : "") + number(value, digits);
const percent = (share) => (share == null ? "–" : `${(100 * share).toFixed(1)} %`);
const words = (name) => WORDS[name] || name.replaceAll("_", " ");
const shown = (value) => (value === true ? "yes" : value === false ? "no" : number(value));

// A column of a check: `planted_pixel_share_chance` is the planted pixel share by chance.
function wordsOfCheck(name) {
  const parts = name.replace(/\bpixel/, SPOKEN.place).replace(/\bchannel/, SPOKEN.feature).split("_");
  const last = parts.at(-1);
  return [...parts.slice(0, -1), ENDINGS[last] || last].join(" ");
}

// Behind the name of a method stands what checks found against its maps.
const MARKS = { passes: "", fails: " (failed a check)" };
const marked = (one) => `${one.called}${MARKS[one.standing] ?? " (undecided)"}`;
const severalSeeds = new Set(explanations.map((one) => `${one.model}|${one.seed}`)).size
  > new Set(explanations.map((one) => one.model)).size;
const modelName = (one) => (severalSeeds ? `${one.model}, seed ${one.seed}` : one.model);
const title = (one) => `${modelName(one)}, ${one.called}`;

function quantile(values, share) {
  const known = values.filter((value) => value != null).sort((a, b) => a - b);
  return known.length ? known[Math.min(known.length - 1, Math.floor(share * known.length))] : 0;
}
