// The explorer's program: no library, no network. Pixels are decoded cell by cell when shown.
"use strict";

const index = JSON.parse(document.getElementById("index").textContent);
const explanations = index.explanations || [];
const total = (index.cells || []).length;

const { strata: STRATA, series: SERIES, ramps: COLOURS } = index.palettes;
// What the study calls its examples and the like, see `nascent.kind.Words.captions`.
const SPOKEN = index.words;
const WORDS = {
  group: index.group === "group" ? SPOKEN.group : "group",
  prediction_baseline: "prediction at baseline",
  completeness_gap: "completeness gap",
  relative_gap: "gap over change in prediction",
  steps: "steps of the path",
  converged: "tolerance met",
  loss: "loss of precision on disk",
  total: "Σ|score|",
};
const KEYS = [
  ["← →", `previous, next ${SPOKEN.example}`],
  ["Home End", `first, last ${SPOKEN.example} of the list`],
  ["↑ ↓", `previous, next ${SPOKEN.feature}, by the order of the bars`],
  ["p", `show this ${SPOKEN.feature} beside others, or no longer`],
  ["m", "next method"],
  ["Shift+M", "next model"],
  ["c", "compare all models and methods"],
  ["?", "this help"],
];
const RAISED = { ...Object.fromEntries([..."0123456789"].map((d, i) => [d, "⁰¹²³⁴⁵⁶⁷⁸⁹"[i]])), "-": "⁻" };
const LEVELS = 255;
const KEEP = 24; // decoded cells

const state = {
  e: 0, cell: 0, channel: "", beside: [], filters: {}, sort: "target", down: false, order: "cell",
  black: 0, white: 100, contrast: "cell", scale: "cell", bright: 0, share: 10, cover: 85,
  plain: Object.keys(COLOURS.plain)[0], signed: Object.keys(COLOURS.signed)[0],
};

// ---------------------------------------------------------------- small helpers

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
// Behind the name of a method stands what checks found against its maps.
const MARKS = { passes: "", fails: " (a check failed)" };
const marked = (one) => `${one.method}${MARKS[one.standing] ?? " (undecided)"}`;
const title = (one) => `${one.model}, seed ${one.seed}, ${one.method}`;

function quantile(values, share) {
  const known = values.filter((value) => value != null).sort((a, b) => a - b);
  return known.length ? known[Math.min(known.length - 1, Math.floor(share * known.length))] : 0;
}

// ---------------------------------------------------------------- pixels

const decoded = new Map();

async function inflate(id) {
  const node = at(id);
  if (!node) return null;
  const text = atob(node.textContent);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i += 1) bytes[i] = text.charCodeAt(i);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

// A blob holds for each plane low and step (float32), of images the mask's bits, then one byte for
// each measured pixel, plane by plane.
function planesOf(raw, count, maskBytes) {
  const view = new DataView(raw.buffer);
  const start = 8 * count + maskBytes;
  const pixels = count ? (raw.length - start) / count : 0;
  return Array.from({ length: count }, (_, plane) => ({
    low: view.getFloat32(8 * plane, true),
    step: view.getFloat32(8 * plane + 4, true),
    levels: raw.subarray(start + plane * pixels, start + (plane + 1) * pixels),
  }));
}

function kept(name, read) {
  if (!decoded.has(name)) {
    decoded.set(name, read());
    if (decoded.size > KEEP * 2) decoded.delete(decoded.keys().next().value);
  }
  return decoded.get(name);
}

function imageOf(cell) {
  return kept(`image-${cell}`, async () => {
    const { height, width } = index.windows[cell];
    const raw = await inflate(`image-${cell}`);
    const count = index.images.length;
    const bytes = Math.ceil((height * width) / 8);
    const mask = raw.subarray(8 * count, 8 * count + bytes);
    const places = [];
    for (let i = 0; i < height * width; i += 1) {
      if (mask[i >> 3] & (128 >> (i & 7))) places.push(i);
    }
    return { height, width, places, planes: planesOf(raw, count, bytes), zero: 0 };
  });
}

function mapOf(e, cell) {
  return kept(`map-${e}-${cell}`, async () => {
    const raw = await inflate(`map-${e}-${cell}`);
    if (!raw) return null;
    const { kept: names, zero } = explanations[e];
    return { planes: planesOf(raw, names.length, 0), zero };
  });
}

const valueOf = (plane, zero, k) => plane.low + (plane.levels[k] - zero) * plane.step;

// Maps of places alone have one plane, which belongs to every channel.
function planeOf(map, e, channel) {
  if (!map) return null;
  const { axes, kept: names } = explanations[e];
  const place = axes === "place" ? 0 : names.indexOf(channel);
  return place < 0 ? null : map.planes[place];
}

// ---------------------------------------------------------------- colours

function ramp(stops) {
  const hex = stops.map((stop) => [1, 3, 5].map((i) => parseInt(stop.slice(i, i + 2), 16)));
  return Array.from({ length: 512 }, (_, i) => {
    const place = (i / 511) * (hex.length - 1);
    const lower = Math.min(Math.floor(place), hex.length - 2);
    return hex[lower].map((c, k) => Math.round(c + (place - lower) * (hex[lower + 1][k] - c)));
  });
}

const ramps = Object.fromEntries(
  Object.entries(COLOURS).map(([kind, named]) => [
    kind, Object.fromEntries(Object.entries(named).map(([name, stops]) => [name, ramp(stops)])),
  ]),
);
const isSigned = (e) => explanations[e].zero > 0;
const kindOf = (e) => (isSigned(e) ? "signed" : "plain");
const coloursOf = (e) => ramps[kindOf(e)][state[kindOf(e)]];
const gradient = (e) => COLOURS[kindOf(e)][state[kindOf(e)]].join(",");

function coloured(e, relative) {
  const place = isSigned(e) ? (relative + 1) / 2 : relative;
  return coloursOf(e)[Math.max(0, Math.min(511, Math.round(511 * place)))];
}

// Limits between which a channel goes from black to white.
function contrast(image, channel) {
  const place = index.images.indexOf(channel);
  const plane = image.planes[place];
  let [low, high] = [plane.low, plane.low + LEVELS * plane.step];
  if (state.contrast === "all") {
    const levels = index.windows.map((one) => one.levels[place]);
    low = quantile(levels.map((one) => one[0]), 0.1);
    high = quantile(levels.map((one) => one[1]), 0.9);
  }
  const range = high - low;
  return [low + (state.black / 100) * range, low + (state.white / 100) * range];
}

// |score| at which the colours end.
function reach(e, cell, plane) {
  let most = index.windows[cell].scales[e];
  if (state.scale === "all") most = quantile(index.windows.map((one) => one.scales[e]), 0.5);
  if (state.scale === "channel" && plane) {
    const sizes = Array.from(plane.levels, (q) => Math.abs(q - explanations[e].zero));
    most = quantile(sizes, index.scale / 100) * plane.step;
  }
  return (most || 1) * 2 ** -state.bright;
}

// |score| above which the asked share of the cell's pixels, over the channels kept, lies.
function threshold(map) {
  if (!map) return null;
  const pixels = map.planes[0].levels.length;
  const sizes = new Float32Array(map.planes.length * pixels);
  map.planes.forEach(({ levels, step }, plane) => {
    for (let k = 0; k < pixels; k += 1) {
      sizes[plane * pixels + k] = Math.abs(levels[k] - map.zero) * step;
    }
  });
  sizes.sort();
  const place = Math.ceil((1 - state.share / 100) * sizes.length) - 1;
  return place < 0 ? -1 : sizes[place];
}

// ---------------------------------------------------------------- drawing

function paint(canvas, image, colour) {
  const { height, width, places } = image;
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  const data = context.createImageData(width, height);
  for (let k = 0; k < places.length; k += 1) {
    const to = 4 * places[k];
    [data.data[to], data.data[to + 1], data.data[to + 2]] = colour(k);
    data.data[to + 3] = 255;
  }
  context.putImageData(data, 0, 0);
}

function greyOf(image, channel) {
  const plane = image.planes[index.images.indexOf(channel)];
  const [low, high] = contrast(image, channel);
  return (k) => {
    const relative = (valueOf(plane, 0, k) - low) / (high - low || 1);
    const level = Math.round(255 * Math.max(0, Math.min(1, relative)));
    return [level, level, level];
  };
}

function scoreOf(e, plane, zero, most) {
  return (k) => coloured(e, valueOf(plane, zero, k) / most);
}

function overlayOf(grey, score, plane, zero, limit) {
  const cover = state.cover / 100;
  return (k) => {
    const below = grey(k);
    if (Math.abs(valueOf(plane, zero, k)) <= limit) return below;
    return score(k).map((c, i) => Math.round(cover * c + (1 - cover) * below[i]));
  };
}

function figure(name, canvas, caption, description) {
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", description);
  canvas.dataset.part = name;
  const cross = make("span", { class: "cross" });
  return make("figure", {}, make("div", { class: "frame" }, canvas, cross),
    make("figcaption", {}, caption));
}

function scaleBar(name, low, high, colours, unit) {
  return make("span", {}, `${name}${unit ? `, ${unit}` : ""}`,
    make("span", { class: "scale" }, low,
      make("i", { style: `background: linear-gradient(to right, ${colours})` }), high));
}

function heading(e, cell, channel) {
  const one = explanations[e];
  const place = one.channels.indexOf(channel);
  const share = place < 0 ? null : one.share[cell][place];
  const parts = [];
  if (place >= 0 && share != null) parts.push(`${percent(share)} of this ${SPOKEN.example}'s ${one.sum}`);
  if (place >= 0 && isSigned(e)) {
    parts.push(`sum ${signedNumber(one.signed[cell][place], 3)}`);
  }
  return make("h3", {}, channel, make("span", {}, parts.join(" · ")));
}

function rowOf(e, cell, channel, image, map, limit, first) {
  const one = explanations[e];
  const plane = planeOf(map, e, channel);
  const grey = greyOf(image, channel);
  const [low, high] = contrast(image, channel);
  const about = `${SPOKEN.example} ${index.cells[cell]}, ${channel}`;
  const [left, middle, right] = ["image", "map", "overlay"].map(() => make("canvas"));
  paint(left, image, grey);
  const figures = [figure("image", left,
    scaleBar("intensity", number(low, 3), number(high, 3), "#000, #fff", "counts"), `Image: ${about}`)];
  if (plane) {
    const most = reach(e, cell, plane);
    const score = scoreOf(e, plane, map.zero, most);
    paint(middle, image, score);
    paint(right, image, overlayOf(grey, score, plane, map.zero, limit));
    const least = isSigned(e) ? `−${number(most, 2)}` : "0";
    figures.push(
      figure("map", middle, scaleBar("score", least, number(most, 2), gradient(e)),
        `Map by ${title(one)}: ${about}`),
      figure("overlay", right, `overlay: largest ${state.share} % of |score|`,
        `Image with the largest scores: ${about}`),
    );
  } else {
    const why = one.axes === "feature" ? `This method gives one score a ${SPOKEN.feature}, and no map.`
      : `No map of this ${SPOKEN.feature} is kept on this page.`;
    figures.push(make("p", { class: "none" }, why));
  }
  const row = make("section", { class: first ? "row first" : "row", "data-channel": channel },
    heading(e, cell, channel), make("div", { class: "triple" }, ...figures));
  follow(row, image, plane, map, e, channel);
  return row;
}

// The pixel under the pointer, in all three pictures and in words.
function follow(row, image, plane, map, e, channel) {
  const pictures = [...row.querySelectorAll(".frame")];
  const ranks = new Map(image.places.map((place, k) => [place, k]));
  const grey = image.planes[index.images.indexOf(channel)];
  const limit = (value, shownPlane, zero, k) => {
    const q = shownPlane.levels[k];
    const most = zero === 0 ? LEVELS : 2 * zero;
    const mark = q === most ? "≥ " : q === 0 && (zero > 0 || shownPlane.low !== 0) ? "≤ " : "";
    return mark + value;
  };
  const say = (event) => {
    const box = event.currentTarget.getBoundingClientRect();
    const x = Math.floor(((event.clientX - box.left) / box.width) * image.width);
    const y = Math.floor(((event.clientY - box.top) / box.height) * image.height);
    for (const picture of pictures) {
      const cross = picture.querySelector(".cross");
      cross.style.display = "block";
      cross.style.left = `${(100 * (x + 0.5)) / image.width}%`;
      cross.style.top = `${(100 * (y + 0.5)) / image.height}%`;
    }
    const k = ranks.get(y * image.width + x);
    let text = "not measured";
    if (k !== undefined) {
      text = `${limit(number(valueOf(grey, 0, k), 4), grey, 0, k)} counts`;
      if (plane) {
        const score = limit(signedNumber(valueOf(plane, map.zero, k), 3), plane, map.zero, k);
        text += `, score ${score}`;
      }
    }
    at("pixel").textContent = `${channel}, row ${y}, column ${x}: ${text}`;
  };
  const leave = () => {
    pictures.forEach((picture) => { picture.querySelector(".cross").style.display = "none"; });
    at("pixel").textContent = "";
  };
  for (const picture of pictures) {
    picture.addEventListener("pointermove", say);
    picture.addEventListener("pointerleave", leave);
  }
}

// ---------------------------------------------------------------- what is chosen

const column = (name) => index.columns[name] || [];
const told = (name, e = state.e) => explanations[e].told[name] || [];

function measured(cell, e = state.e) {
  const [prediction, residual] = [told("prediction", e)[cell], told("residual", e)[cell]];
  return prediction == null || residual == null ? null : prediction + residual;
}

const SORTS = {
  target: ["measured", measured],
  prediction: ["predicted", (cell) => told("prediction")[cell]],
  residual: ["residual", (cell) => told("residual")[cell]],
  distance: ["|residual|", (cell) => {
    const residual = told("residual")[cell];
    return residual == null ? null : Math.abs(residual);
  }],
  id: [SPOKEN.example, (cell) => index.cells[cell]],
};

function sorter(name) {
  if (SORTS[name]) return SORTS[name][1];
  if (name === "share") {
    return (cell) => {
      const place = explanations[state.e].channels.indexOf(state.channel);
      return place < 0 ? null : explanations[state.e].share[cell][place];
    };
  }
  return (cell) => told(name)[cell];
}

// Cells that pass the filters, in the order asked for; missing values come last.
function listed() {
  const cells = index.cells.map((_, cell) => cell).filter((cell) =>
    Object.entries(state.filters).every(([name, level]) => String(column(name)[cell]) === level));
  const key = sorter(state.sort);
  const sign = state.down ? -1 : 1;
  const compare = (a, b) => (typeof a === "number" && typeof b === "number" ? a - b
    : String(a).localeCompare(String(b), "en", { numeric: true }));
  return cells.sort((a, b) => {
    const [one, other] = [key(a), key(b)];
    if (one == null || other == null) return (one == null) - (other == null) || a - b;
    return sign * compare(one, other) || a - b;
  });
}

const channelsOf = (e) =>
  (explanations[e].axes === "place" ? index.images : explanations[e].channels);

// Channels in the order of the bars.
function barred() {
  const one = explanations[state.e];
  const names = [...channelsOf(state.e)];
  if (one.axes === "place" || state.order === "model") return names;
  const shares = state.order === "mean" ? meanShares(state.e) : one.share[state.cell];
  return names.map((name, place) => [name, shares[place] ?? -1])
    .sort((a, b) => b[1] - a[1]).map(([name]) => name);
}

function meanShares(e) {
  const { share, channels } = explanations[e];
  return channels.map((_, place) => {
    const known = share.map((row) => row[place]).filter((value) => value != null);
    return known.length ? known.reduce((a, b) => a + b, 0) / known.length : null;
  });
}

const canShow = (channel) => index.images.includes(channel);

// ---------------------------------------------------------------- the page's parts

function select(name, label, options, chosen, change) {
  const box = make("select", { id: `pick-${name}`, onchange: (event) => change(event.target.value) },
    ...options.map(([value, text]) =>
      make("option", { value, selected: value === chosen }, text)));
  return make("label", { for: `pick-${name}` }, label, box);
}

function slider(name, label, low, high, step, format) {
  const told = make("span", {}, format(state[name]));
  const input = make("input", { type: "range", id: `look-${name}`, min: low, max: high, step,
    value: state[name], "aria-label": label,
    oninput: (event) => {
      state[name] = Number(event.target.value);
      if (name === "black" && state.black >= state.white) state.black = state.white - 1;
      if (name === "white" && state.white <= state.black) state.white = state.black + 1;
      event.target.value = state[name];
      told.textContent = format(state[name]);
      drawRows();
    } });
  return make("label", { for: `look-${name}` }, make("span", {}, `${label} `, told), input);
}

function drawPick() {
  const unique = (key) => [...new Set(explanations.map(key))];
  const model = (one) => `${one.model} (seed ${one.seed})`;
  const current = explanations[state.e];
  const find = (kind, method) => {
    const same = explanations.findIndex((one) => model(one) === kind && one.method === method);
    return same >= 0 ? same : explanations.findIndex((one) => model(one) === kind);
  };
  const pair = (value) => [value, value];
  const methods = explanations.filter((one) => model(one) === model(current));
  const filters = index.filters.flatMap((name) => {
    const levels = [...new Set(column(name).filter((level) => level != null).map(String))];
    if (levels.length < 2) return [];
    levels.sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
    if (name === "stratum") levels.sort((a, b) => rank(a) - rank(b));
    return [select(`filter-${name}`, words(name), [["", "all"], ...levels.map(pair)],
      state.filters[name] || "", (level) => {
        if (level) state.filters[name] = level;
        else delete state.filters[name];
        update({ refit: true });
      })];
  });
  const sorts = [...Object.entries(SORTS).map(([name, [text]]) => [name, text]),
    ["share", `share of this ${SPOKEN.feature}`],
    ...Object.keys(current.told).filter((name) => !SORTS[name] && numeric(told(name)))
      .map((name) => [name, words(name)])];
  at("pick").replaceChildren(
    select("model", "model", unique(model).map(pair), model(current),
      (kind) => choose(find(kind, current.method))),
    select("method", "method", methods.map((one) => [one.method, marked(one)]), current.method,
      (method) => choose(find(model(current), method))),
    ...filters,
    select("sort", "sorted by", sorts, state.sort, (name) => { state.sort = name; update(); }),
    select("down", "order", [["up", "ascending"], ["down", "descending"]],
      state.down ? "down" : "up", (way) => { state.down = way === "down"; update(); }),
  );
}

const rank = (stratum) => (Object.keys(STRATA).indexOf(stratum) + 10) % 10;
const numeric = (values) => values.some((value) => typeof value === "number");

function colourOf(cell) {
  const levels = [...new Set(column("stratum"))].sort();
  const stratum = column("stratum")[cell];
  return STRATA[stratum] || SERIES[levels.indexOf(stratum) % SERIES.length];
}

function drawLook() {
  const kind = kindOf(state.e);
  const pair = (value) => [value, value];
  const choice = (name) => (value) => { state[name] = value; drawRows(); };
  at("look").replaceChildren(
    select("contrast", "contrast of", [["cell", `this ${SPOKEN.example}`],
      ["all", `all ${SPOKEN.examples} alike`]],
      state.contrast, choice("contrast")),
    slider("black", "black at", 0, 99, 1, (value) => `${value} %`),
    slider("white", "white at", 1, 100, 1, (value) => `${value} %`),
    select("scale", "map colours of", [["cell", `this ${SPOKEN.example}'s ${SPOKEN.features}`],
      ["channel", `each ${SPOKEN.feature} alone`], ["all", `all ${SPOKEN.examples} alike`]],
    state.scale, choice("scale")),
    slider("bright", "stronger", -3, 3, 0.25, (value) => `× ${number(2 ** value, 3)}`),
    select("colours", "colours", Object.keys(COLOURS[kind]).map(pair), state[kind], choice(kind)),
    slider("share", "overlay: largest", 1, 50, 1, (value) => `${value} %`),
    slider("cover", "overlay: opacity", 10, 100, 5, (value) => `${value} %`),
  );
}

function drawList(cells) {
  const place = cells.indexOf(state.cell);
  at("place").textContent = cells.length ? `${place + 1} of ${cells.length}` : `no ${SPOKEN.example}`;
  at("previous").disabled = place <= 0;
  at("next").disabled = place < 0 || place >= cells.length - 1;
  const rows = cells.map((cell) => make("button", {
    type: "button", "data-cell": index.cells[cell], "aria-current": String(cell === state.cell),
    tabindex: cell === state.cell ? 0 : -1, onclick: () => goTo(cell),
  }, make("span", { class: "dot", style: `background: ${colourOf(cell)}` }),
  make("span", {}, index.cells[cell]),
  make("small", {}, [column(index.group)[cell], number(sorterShown()(cell), 4)]
    .filter((part) => part != null && part !== "").join("  "))));
  const hadFocus = at("list").contains(document.activeElement);
  at("list").replaceChildren(...(rows.length ? rows
    : [make("p", { style: "padding: .5rem" }, `No ${SPOKEN.example} is like that.`)]));
  const current = scrollToCurrent(at("list"));
  if (hadFocus && current) current.focus({ preventScroll: true });
}

// Bring the current entry of a list into its view, without moving the page.
function scrollToCurrent(list) {
  const current = list.querySelector('[aria-current="true"]');
  if (!current) return null;
  const above = current.offsetTop - list.offsetTop;
  if (above < list.scrollTop || above > list.scrollTop + list.clientHeight - 30) {
    list.scrollTop = above - list.clientHeight / 2;
  }
  return current;
}

// Beside each cell stands what the list is sorted by.
const sorterShown = () => sorter(state.sort === "id" ? "target" : state.sort);

function drawScatter(cells) {
  const size = 200;
  const points = cells.map((cell) => [cell, measured(cell), told("prediction")[cell]])
    .filter(([, y, fit]) => y != null && fit != null);
  if (points.length < 2) return at("scatter").replaceChildren();
  const all = points.flatMap(([, y, fit]) => [y, fit]);
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const pixel = (value) => 8 + ((value - low) / (high - low || 1)) * (size - 16);
  const draw = (tag, given, ...children) => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(given)) {
      if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else node.setAttribute(name, value);
    }
    node.append(...children);
    return node;
  };
  const circle = ([cell, y, fit]) => {
    const mine = cell === state.cell;
    return draw("circle", { cx: pixel(y), cy: size - pixel(fit), r: mine ? 5.5 : 2.8,
      fill: colourOf(cell), "fill-opacity": mine ? 1 : 0.7, stroke: mine ? "#000" : "#fff",
      "stroke-width": mine ? 2 : 0.5, onclick: () => goTo(cell) },
    draw("title", {}, `${index.cells[cell]}: measured ${number(y)}, predicted ${number(fit)}`));
  };
  const order = [...points].sort((a, b) => (a[0] === state.cell) - (b[0] === state.cell));
  at("scatter").replaceChildren(draw("svg", { viewBox: `-14 0 ${size + 16} ${size + 14}`,
    role: "img", "aria-label": `Predicted against measured, the ${SPOKEN.examples} listed` },
  draw("rect", { width: size, height: size, fill: "none", stroke: "#bbb" }),
  draw("line", { x1: 8, y1: size - 8, x2: size - 8, y2: 8, stroke: "#bbb" }),
  ...order.map(circle),
  draw("text", { x: 0, y: size + 10 }, `measured: ${number(low, 3)} to ${number(high, 3)}`),
  draw("text", { x: -size, y: -4, transform: "rotate(-90)" }, "predicted")));
}

function drawBars() {
  const one = explanations[state.e];
  const shares = one.axes === "place" ? [] : one.share[state.cell];
  const means = one.axes === "place" ? [] : meanShares(state.e);
  const most = Math.max(1e-9, ...shares.map((share) => share || 0), ...means);
  at("channels-note").replaceChildren(...(one.axes === "place"
    ? [`This method scores places, not ${SPOKEN.features}: its one map lies over the image you choose.`]
    : [`Share of this ${SPOKEN.example}'s ${one.sum}; `, make("b", {}, "|"),
      ` mean of the ${SPOKEN.examples} here. `,
      `Alike they would have ${percent(1 / one.channels.length)} each. `,
      make("br"),
      select("order", "order of the bars", [["cell", `this ${SPOKEN.example}'s share`],
        ["mean", "mean share"], ["model", "as the model has them"]], state.order,
      (order) => { state.order = order; drawBars(); })]));
  const rows = barred().map((name) => {
    const place = one.channels.indexOf(name);
    const share = shares[place];
    const can = canShow(name);
    const mine = name === state.channel;
    const beside = state.beside.includes(name);
    const track = make("span", { class: "track" });
    if (share != null) {
      track.append(make("b", { style: `width: ${(100 * share) / most}%` }),
        make("u", { style: `left: ${(100 * means[place]) / most}%` }));
    }
    return make("li", {},
      make("button", { type: "button", class: "channel", "data-channel": name, disabled: !can,
        "aria-current": String(mine), tabindex: mine ? 0 : -1,
        title: can ? name : `${name}: no ${SPOKEN.places} of it on this page`,
        onclick: () => show(name) },
      make("span", {}, name), track, make("span", { class: "amount" },
        one.axes === "place" ? "" : percent(share))),
      make("button", { type: "button", class: "pin", disabled: !can, "aria-pressed": String(beside),
        "aria-label": `show ${name} beside`, title: "show beside", "data-pin": name,
        onclick: () => pin(name) }, beside ? "−" : "+"));
  });
  const focused = document.activeElement?.dataset ?? {};
  const key = focused.channel ? `[data-channel="${CSS.escape(focused.channel)}"]`
    : focused.pin ? `[data-pin="${CSS.escape(focused.pin)}"]` : null;
  const hadFocus = at("bars").contains(document.activeElement);
  at("bars").replaceChildren(...rows);
  scrollToCurrent(at("bars"));
  if (hadFocus && key) at("bars").querySelector(key)?.focus({ preventScroll: true });
}

function pairs(list, entries) {
  list.replaceChildren(...entries.flatMap(([name, value, warn]) => [
    make("dt", {}, name), make("dd", { class: warn ? "warn" : null }, value)]));
}

const opened = new Set(); // checks whose details the reader has unfolded

function drawFacts() {
  const { e, cell } = state;
  const one = explanations[e];
  const have = index.facts.filter((name) => column(name)[cell] != null);
  pairs(at("known"), [
    [SPOKEN.example, index.cells[cell]],
    ...have.map((name) => [words(name), shown(column(name)[cell])]),
    [`measured`, number(measured(cell))],
    ["predicted", number(told("prediction")[cell])],
    ["residual", signedNumber(told("residual")[cell])],
    [`these in`, one.unit || one.quantity],
  ]);
  const names = Object.keys(one.told).filter((name) => !["prediction", "residual"].includes(name));
  const checkOf = (name) => one.checks.find((check) => name.startsWith(`${check}_`));
  pairs(at("checks"), names.filter((name) => !checkOf(name)).map((name) => {
    const value = told(name)[cell];
    const text = name === "relative_gap" && value != null ? `${number(100 * value, 2)} %`
      : shown(value);
    return [words(name), text, name === "converged" && value === false];
  }));
  at("more").replaceChildren(...one.checks.flatMap((check) => {
    const own = names.filter((name) => checkOf(name) === check && told(name)[cell] != null);
    if (!own.length) return [];
    const list = make("dl");
    pairs(list, own.map((name) => [words(name.slice(check.length + 1)), shown(told(name)[cell])]));
    return [make("details", { open: opened.has(check), ontoggle: (event) => {
      if (event.target.open) opened.add(check);
      else opened.delete(check);
    } }, make("summary", {}, words(check)), list)];
  }));
  const rest = Object.keys(index.columns).filter((name) => !index.facts.includes(name));
  pairs(at("rest"), rest.map((name) => [name, shown(column(name)[cell])]));
}

async function drawOthers(token) {
  if (!at("compare").open) return;
  const { cell, channel } = state;
  const image = await imageOf(cell);
  const buttons = [];
  for (const [e, one] of explanations.entries()) {
    const map = await mapOf(e, cell);
    const plane = planeOf(map, e, channel);
    const canvas = make("canvas", { role: "img", "aria-label": `Map by ${title(one)}` });
    if (plane) paint(canvas, image, scoreOf(e, plane, map.zero, reach(e, cell, plane)));
    const place = one.channels.indexOf(channel);
    buttons.push(make("button", { type: "button", "aria-current": String(e === state.e),
      onclick: () => choose(e) },
    plane ? make("div", { class: "frame" }, canvas) : make("p", { class: "none" }, "no map"),
    make("b", {}, one.model), make("br"), marked(one),
    place >= 0 ? ` · ${percent(one.share[cell][place])}` : "", make("br"),
    make("small", {}, `predicted ${number(told("prediction", e)[cell])}`)));
  }
  if (token === drawing) at("others").replaceChildren(...buttons);
}

let drawing = 0;

// Draw the pictures; an older drawing that is still being decoded gives way.
async function drawRows() {
  drawing += 1;
  const token = drawing;
  const { e, cell } = state;
  const [image, map] = await Promise.all([imageOf(cell), mapOf(e, cell)]);
  if (token !== drawing) return;
  const names = [state.channel, ...state.beside.filter((name) => name !== state.channel)];
  const limit = threshold(map);
  at("rows").replaceChildren(
    ...names.map((name, i) => rowOf(e, cell, name, image, map, limit, i === 0)),
  );
  const one = explanations[e];
  const { bin } = index.windows[cell];
  at("views-title").textContent = `${SPOKEN.Example} ${index.cells[cell]} by ${one.model}, ${one.method}`;
  at("standing").hidden = !one.sentence;
  at("standing").textContent = one.sentence;
  at("standing").dataset.standing = one.standing;
  at("how").textContent = [one.kind.replaceAll("_", " "),
    ...Object.entries(one.options).filter(([name, value]) => name !== "batch_size" && value != null)
      .map(([name, value]) => `${name.replaceAll("_", " ")} ${shown(value)}`),
    one.scores ? `scores in ${one.scores}` : null,
    bin > 1 ? `here ${bin} × ${bin} ${SPOKEN.places} in one` : null].filter(Boolean).join(" · ");
  await drawOthers(token);
  if (token !== drawing) return;
  document.body.dataset.drawn = [one.model, one.seed, one.method, index.cells[cell],
    state.channel].join("|");
  document.body.dataset.drawing = token;
  fetchNeighbours();
}

// The cells before and after are decoded while the reader looks.
function fetchNeighbours() {
  const cells = listed();
  const place = cells.indexOf(state.cell);
  for (const cell of [cells[place + 1], cells[place - 1]]) {
    if (cell !== undefined) setTimeout(() => { imageOf(cell); mapOf(state.e, cell); }, 30);
  }
}

// ---------------------------------------------------------------- changes

function update({ refit = false } = {}) {
  const cells = listed();
  if (refit && cells.length && !cells.includes(state.cell)) [state.cell] = cells;
  drawPickKeepingFocus();
  drawList(cells);
  drawScatter(cells);
  drawBars();
  drawFacts();
  writeHash();
  say();
  return drawRows();
}

function drawPickKeepingFocus() {
  const focused = document.activeElement?.id;
  drawPick();
  drawLook();
  if (focused?.startsWith("pick-") || focused?.startsWith("look-")) at(focused)?.focus();
}

function say() {
  const one = explanations[state.e];
  const place = one.channels.indexOf(state.channel);
  const share = place < 0 ? "" : `, ${percent(one.share[state.cell][place])}`;
  const about = `${SPOKEN.Example} ${index.cells[state.cell]}`;
  at("said").textContent = `${about}, ${title(one)}, ${state.channel}${share}`;
}

function goTo(cell) {
  state.cell = cell;
  return update();
}

function choose(e) {
  if (e < 0) return null;
  state.e = e;
  const can = channelsOf(e).filter(canShow);
  if (!can.includes(state.channel)) [state.channel] = can;
  state.beside = state.beside.filter((name) => can.includes(name));
  if (!SORTS[state.sort] && state.sort !== "share" && !(state.sort in explanations[e].told)) {
    state.sort = "target";
  }
  return update();
}

function show(channel) {
  state.channel = channel;
  return update();
}

function pin(channel) {
  state.beside = state.beside.includes(channel)
    ? state.beside.filter((name) => name !== channel) : [...state.beside, channel];
  return update();
}

function step(by) {
  const cells = listed();
  const place = Math.max(0, Math.min(cells.length - 1, cells.indexOf(state.cell) + by));
  if (cells.length) goTo(cells[place]);
}

function stepChannel(by) {
  const names = barred().filter(canShow);
  const place = Math.max(0, Math.min(names.length - 1, names.indexOf(state.channel) + by));
  show(names[place]);
}

function nextMethod() {
  const { model, seed } = explanations[state.e];
  const same = explanations.map((one, e) => [one, e])
    .filter(([one]) => one.model === model && one.seed === seed).map(([, e]) => e);
  choose(same[(same.indexOf(state.e) + 1) % same.length]);
}

function nextModel() {
  const { method } = explanations[state.e];
  const same = explanations.map((one, e) => [one, e])
    .filter(([one]) => one.method === method).map(([, e]) => e);
  choose(same[(same.indexOf(state.e) + 1) % same.length]);
}

// ---------------------------------------------------------------- address

function writeHash() {
  const one = explanations[state.e];
  const told = new URLSearchParams({ model: one.model, seed: one.seed, method: one.method,
    cell: index.cells[state.cell], channel: state.channel });
  if (state.beside.length) told.set("beside", state.beside.join(","));
  for (const [name, level] of Object.entries(state.filters)) told.set(`only.${name}`, level);
  if (state.sort !== "target") told.set("sort", state.sort);
  if (state.down) told.set("order", "descending");
  const hash = `#${told}`;
  if (location.hash === hash) return;
  try {
    history.replaceState(null, "", hash);
  } catch {
    // Inside of a report the page has no address of its own.
  }
}

function readHash() {
  const told = new URLSearchParams(location.hash.slice(1));
  const fits = (one) => ["model", "seed", "method"].every((name) =>
    !told.has(name) || String(one[name]) === told.get(name));
  const e = explanations.findIndex(fits);
  if (e >= 0) state.e = e;
  const cell = index.cells.indexOf(told.get("cell"));
  state.filters = Object.fromEntries([...told].filter(([name]) => name.startsWith("only."))
    .map(([name, level]) => [name.slice(5), level]).filter(([name]) => name in index.columns));
  state.sort = told.get("sort") || "target";
  if (!SORTS[state.sort] && state.sort !== "share"
    && !(state.sort in explanations[state.e].told)) state.sort = "target";
  state.down = told.get("order") === "descending";
  const can = channelsOf(state.e).filter(canShow);
  const ranked = explanations[state.e].kept.filter((name) => can.includes(name));
  const wanted = told.get("channel");
  state.channel = can.includes(wanted) ? wanted : ranked[0] || can[0];
  state.beside = told.has("beside")
    ? told.get("beside").split(",").filter((name) => can.includes(name))
    : wanted ? [] : ranked.slice(1, 3);
  const cells = listed();
  state.cell = cell >= 0 ? cell : cells[0] ?? 0;
}

// ---------------------------------------------------------------- keys and help

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || at("help").open) return;
  const tag = event.target.tagName;
  const own = tag === "SELECT" || tag === "INPUT" || tag === "TEXTAREA";
  const moves = {
    ArrowLeft: () => step(-1), ArrowRight: () => step(1),
    ArrowUp: () => stepChannel(-1), ArrowDown: () => stepChannel(1),
    Home: () => step(-total), End: () => step(total),
  };
  const letters = {
    "?": () => at("help").showModal(), p: () => pin(state.channel), m: nextMethod, M: nextModel,
    c: () => { at("compare").open = !at("compare").open; },
  };
  // Selects and sliders have their own use for arrows and letters.
  const act = own ? (event.key === "?" ? letters["?"] : null) : moves[event.key] || letters[event.key];
  if (!act) return;
  event.preventDefault();
  act();
}

function writeHelp() {
  pairs(at("keys"), KEYS.map(([key, text]) => [
    make("span", {}, ...key.split(" ").map((one) => make("kbd", {}, one))), text]));
  const { example, features, place, places } = SPOKEN;
  const edge = index.edge == null ? "" : ` Windows wider than ${index.edge} ${places} are binned:
    a ${place} here is then the mean of the measured ${places} of a square, and the heading says so.`;
  const notes = [
    `Each picture is cut to the ${example}'s bounding box; grey around it was not measured.${edge}`,
    `Images are counts as measured, before normalisation, in 256 steps between the ${index.tail}th and
     the ${100 - index.tail}th percentile of the ${example}'s measured ${places}. Maps are kept in 255
     or 256 steps, each plane with its own scale, which ends at the ${100 - index.tail}th percentile of
     its |score|; a score of 0 is kept as 0. Within these limits the error is at most half a step;
     ${places} beyond them are shown, and told with ≤ or ≥, as the limit.`,
    `${SPOKEN.A_example}'s maps share one colour scale, which ends at the ${index.scale}th percentile of
     |score| over the ${features} kept here, unless you choose otherwise. The overlay colours the
     ${places} of the largest |score| over these ${features}. Signed maps: red (or orange) raises the
     prediction, blue (or purple) lowers it.`,
    `Shares, sums, predictions and checks are from the study's tables, not from these rounded
     ${places}.
     The residual is measured less predicted.`,
    `A score says what the model reacts to, not what causes the target.`,
  ];
  at("notes").replaceChildren(...notes.map((text) => make("p", {}, text)));
}

function start() {
  const cells = `${total} of ${index.explained} explained ${SPOKEN.examples}`;
  at("about").textContent = [index.note, total ? `${cells}, drawn evenly over the strata; `
    + "of each model the lowest seed." : ""].filter(Boolean).join(" ");
  at("warning").hidden = !index.warning;
  at("warning").textContent = index.warning;
  at("made").textContent = JSON.stringify(index.provenance, null, 2);
  writeHelp();
  at("help-open").addEventListener("click", () => at("help").showModal());
  if (!total || !explanations.length) {
    at("pick").hidden = true;
    document.querySelector("main").replaceChildren(
      make("p", {}, explanations.length ? `No ${SPOKEN.example} fits into this page.` : "Nothing was explained."));
    document.body.dataset.drawn = "nothing";
    return;
  }
  at("previous").addEventListener("click", () => step(-1));
  at("next").addEventListener("click", () => step(1));
  at("compare").addEventListener("toggle", () => drawRows());
  document.addEventListener("keydown", onKey);
  window.addEventListener("hashchange", () => { readHash(); update(); });
  readHash();
  update();
}

start();
