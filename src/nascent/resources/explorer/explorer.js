// The page as a whole: its state, changes, keys.

// The lists in `state` are those of `address.js` when the page opens.
const state = {
  e: 0, cell: 0, channel: "", beside: [], filters: {}, sort: "target", down: false, more: false,
  order: "cell", image: "grey", mix: [], colours: Object.keys(COMPOSITES)[0], ranges: {},
  contrast: "cell", scale: "cell", bright: 0, cover: 100, bar: true, outlines: OUTLINES.slice(0, 1),
  view: { zoom: 1, x: 0.5, y: 0.5 },
  plain: Object.keys(COLOURS.plain)[0], signed: Object.keys(COLOURS.signed)[0],
};

function update({ refit = false } = {}) {
  const cells = listed();
  if (refit && cells.length && !cells.includes(state.cell)) [state.cell] = cells;
  drawControls();
  drawBelief();
  drawList(cells);
  drawScatter(cells);
  drawBars();
  drawFacts();
  writeHash();
  say();
  return drawRows();
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
  if (!canSort(state.sort)) state.sort = "target";
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

// The next of those explanations that share what `same` says.
function nextOf(same) {
  const current = explanations[state.e];
  const others = explanations.map((_, e) => e).filter((e) => same(explanations[e]) === same(current));
  choose(others[(others.indexOf(state.e) + 1) % others.length]);
}

function allOrNone() {
  state.outlines = state.outlines.length < OUTLINES.length ? OUTLINES.slice() : [];
  update();
}

function mixOrGrey() {
  state.image = state.image === "grey" ? "composite" : "grey";
  update();
}

// ---------------------------------------------------------------- keys and help

const KEYS = [
  ["← →", `previous, next ${SPOKEN.example}`],
  ["Home End", `first, last ${SPOKEN.example} of the list`],
  ["↑ ↓", `previous, next ${SPOKEN.feature}, by the order of the bars`],
  ["p", `show this ${SPOKEN.feature} beside others, or no longer`],
  ["x", `composite of ${SPOKEN.features}, or one in grey`],
  ["m", "next method"],
  ["Shift+M", "next model"],
  ["o", "all outlines, or none"],
  ["+ − 0", "zoom in, out, back to the whole"],
  ["Shift+arrows", "move the zoomed pictures"],
  ["g", `go to ${SPOKEN.a_example} by its name`],
  ["s", "save the pictures as PNG"],
  ["c", "compare all models and methods"],
  ["?", "this help"],
];

const MOVES = {
  ArrowLeft: () => step(-1), ArrowRight: () => step(1),
  ArrowUp: () => stepChannel(-1), ArrowDown: () => stepChannel(1),
  Home: () => step(-total), End: () => step(total),
};
const PANS = {
  ArrowLeft: () => panBy(-1, 0), ArrowRight: () => panBy(1, 0),
  ArrowUp: () => panBy(0, -1), ArrowDown: () => panBy(0, 1),
};
const LETTERS = {
  "?": () => at("help").showModal(), p: () => pin(state.channel), x: mixOrGrey, o: allOrNone,
  m: () => nextOf((one) => `${one.model}|${one.seed}`), M: () => nextOf((one) => one.method),
  c: () => { at("compare").open = !at("compare").open; }, s: savePng,
  g: () => { at("pick-jump").focus(); at("pick-jump").select(); },
  "+": () => zoomBy(1.5), "=": () => zoomBy(1.5), "-": () => zoomBy(1 / 1.5),
  0: () => look(1, 0.5, 0.5),
};

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || at("help").open) return;
  const tag = event.target.tagName;
  const field = tag === "INPUT" && event.target.type !== "checkbox";
  const typed = field && event.target.type !== "range";
  // Selects and sliders have their own use for arrows and letters; what is typed is text.
  const own = tag === "SELECT" || field || tag === "TEXTAREA";
  const moves = event.shiftKey ? PANS : MOVES;
  const act = own ? (event.key === "?" && !typed ? LETTERS["?"] : null)
    : moves[event.key] || LETTERS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
}

function writeHelp() {
  pairs(at("keys"), KEYS.map(([key, text]) => [
    make("span", {}, ...key.split(" ").map((one) => make("kbd", {}, one))), text]));
  const { example, features, place, places } = SPOKEN;
  const edge = index.edge == null ? "" : ` A window wider than ${index.edge} ${places} is binned: a
    ${place} here is then the mean of the measured ${places} of a square, and the page says so.`;
  const notes = [
    `Each picture is cut to the ${example}'s bounding box. The grey around it was not measured.${edge}`,
    `Images are counts as measured, before normalisation, in 256 steps between the ${index.tail}th and
     the ${100 - index.tail}th percentile of the ${example}'s measured ${places}. Maps are kept in 255
     or 256 steps. Each plane has its own scale, which ends at the ${100 - index.tail}th percentile of
     its |score|; a score of 0 is kept as 0. Within these limits the error is at most half a step;
     ${places} beyond them are shown as the limit, with ≤ or ≥ before it.`,
    `${SPOKEN.A_example}'s maps share one colour scale, which ends at the ${index.scale}th percentile of
     |score| over the ${features} kept here, unless you choose otherwise. The map over the image is
     the more opaque the larger |score| is. Of maps with both signs, red (or orange) raises the
     prediction and blue (or purple) lowers it.`,
    `Shares, sums, predictions and checks come from the study's tables, not from these rounded
     ${places}.`,
    `A score says what the model reacts to, not what causes the target.`,
  ];
  at("notes").replaceChildren(...notes.map((text) => make("p", {}, text)));
}

function start() {
  const many = `${total} of the ${index.explained} explained ${SPOKEN.examples}`;
  at("about").textContent = [index.note, total ? `${many}, drawn evenly over the measured levels.` : ""]
    .filter(Boolean).join(" ");
  at("warning").hidden = !index.warning;
  at("warning").textContent = index.warning;
  at("made").textContent = JSON.stringify(index.provenance, null, 2);
  writeHelp();
  at("help-open").addEventListener("click", () => at("help").showModal());
  if (!total || !explanations.length) {
    at("pick").hidden = true;
    at("belief").hidden = true;
    document.querySelector("main").replaceChildren(
      make("p", {}, explanations.length ? `No ${SPOKEN.example} fits into this page.` : "Nothing was explained."));
    document.body.dataset.drawn = "nothing";
    return;
  }
  at("ids").replaceChildren(...index.cells.map((cell) => make("option", { value: cell })));
  for (const [id, act] of Object.entries({
    previous: () => step(-1), next: () => step(1), "zoom-in": LETTERS["+"], "zoom-out": LETTERS["-"],
    "zoom-whole": LETTERS[0], save: savePng,
  })) at(id).addEventListener("click", act);
  at("compare").addEventListener("toggle", () => drawRows());
  document.addEventListener("keydown", onKey);
  window.addEventListener("hashchange", () => { readHash(); update(); });
  new ResizeObserver(render).observe(at("rows"));
  readHash();
  update();
}

start();
