// Which cells are listed, in which order, and the two ways to pick one: list and scatter.

const column = (name) => index.columns[name] || [];
const told = (name, e = state.e) => explanations[e].told[name] || [];
const numeric = (values) => values.some((value) => typeof value === "number");

function measured(cell, e = state.e) {
  const [prediction, residual] = [told("prediction", e)[cell], told("residual", e)[cell]];
  return prediction == null || residual == null ? null : prediction + residual;
}

const sizeOf = (value) => (value == null ? null : Math.abs(value));
const shareOf = (cell) => {
  const place = explanations[state.e].channels.indexOf(state.channel);
  return place < 0 ? null : explanations[state.e].share[cell][place];
};

// What the list is sorted by: at most ten plain entries, in words.
const SORTS = {
  target: ["measured value", measured],
  prediction: ["predicted value", (cell) => told("prediction")[cell]],
  distance: ["size of the error", (cell) => sizeOf(told("residual")[cell])],
  residual: ["measured less predicted", (cell) => told("residual")[cell]],
  id: [`name of the ${SPOKEN.example}`, (cell) => index.cells[cell]],
  share: [`share of this ${SPOKEN.feature} in the map`, shareOf],
  total: ["strength of the whole map", (cell) => told("total")[cell]],
};
for (const name of index.facts.filter((fact) => !["stratum", "split"].includes(fact))) {
  const several = new Set(column(name)).size > 1;
  if (several && Object.keys(SORTS).length < 10) {
    SORTS[`column.${name}`] = [words(name), (cell) => column(name)[cell]];
  }
}

// All else that is known of each map, by the check that says it.
function moreSorts() {
  const one = explanations[state.e];
  const names = Object.keys(one.told).filter((name) => !SORTS[name] && numeric(told(name)));
  return Object.groupBy ? Object.entries(Object.groupBy(names, (name) => checkOf(name) || "the map"))
    : [["the map", names]];
}

const checkOf = (name, e = state.e) =>
  explanations[e].checks.find((check) => name.startsWith(`${check}_`));
const wordsOfTold = (name) => {
  const check = checkOf(name);
  return check ? wordsOfCheck(name.slice(check.length + 1)) : words(name);
};
const canSort = (name) => Boolean(SORTS[name]) || name in explanations[state.e].told;
const sorter = (name) => (SORTS[name] ? SORTS[name][1] : (cell) => told(name)[cell]);

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

const levelsOfStratum = [...new Set(column("stratum").filter((level) => level != null))]
  .sort((a, b) => rank(a) - rank(b) || String(a).localeCompare(String(b)));

function rank(stratum) {
  return (Object.keys(STRATA).indexOf(stratum) + 10) % 10;
}

function colourOf(stratum) {
  return STRATA[stratum] || SERIES[Math.max(0, levelsOfStratum.indexOf(stratum)) % SERIES.length];
}
const colourOfCell = (cell) => colourOf(column("stratum")[cell]);

function drawList(cells) {
  const place = cells.indexOf(state.cell);
  at("place").textContent = cells.length ? `${place + 1} of ${cells.length}` : `no ${SPOKEN.example}`;
  at("previous").disabled = place <= 0;
  at("next").disabled = place < 0 || place >= cells.length - 1;
  const beside = sorter(state.sort === "id" ? "target" : state.sort);
  const rows = cells.map((cell) => make("button", {
    type: "button", "data-cell": index.cells[cell], "aria-current": String(cell === state.cell),
    tabindex: cell === state.cell ? 0 : -1, onclick: () => goTo(cell),
  }, make("span", { class: "dot", style: `background: ${colourOfCell(cell)}` }),
  make("span", {}, index.cells[cell]),
  make("small", {}, [column(index.group)[cell], number(beside(cell), 4)]
    .filter((part) => part != null && part !== "").join("  "))));
  if (rows.length && place < 0) rows[0].tabIndex = 0;
  const hadFocus = at("list").contains(document.activeElement);
  at("list").replaceChildren(...(rows.length ? rows
    : [make("p", { style: "padding: .5rem" }, `No ${SPOKEN.example} matches these filters.`)]));
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

// ---------------------------------------------------------------- predicted against measured

const SIDE = 210; // of the scatter, in its own units

function ticks(low, high) {
  const power = 10 ** Math.floor(Math.log10((high - low) / 2 || 1));
  const step = [5, 2, 1].find((times) => (high - low) / (times * power) >= 2) * power || 1;
  const found = [];
  for (let tick = Math.ceil(low / step) * step; tick <= high; tick += step) found.push(tick);
  return found;
}

function drawScatter(cells) {
  const points = cells.map((cell) => ({ cell, y: measured(cell), fit: told("prediction")[cell] }))
    .filter(({ y, fit }) => y != null && fit != null);
  if (points.length < 2) return at("scatter").replaceChildren();
  const all = points.flatMap(({ y, fit }) => [y, fit]);
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const pixel = (value) => 8 + ((value - low) / (high - low || 1)) * (SIDE - 16);
  const [right, up] = [(value) => pixel(value), (value) => SIDE - pixel(value)];
  // Arrows walk by the measured value and, upwards, by the predicted one.
  const walk = (event) => {
    const [by, step] = { ArrowLeft: ["y", -1], ArrowRight: ["y", 1], ArrowDown: ["fit", -1],
      ArrowUp: ["fit", 1] }[event.key] || [];
    if (!by || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    const order = [...points].sort((a, b) => a[by] - b[by] || a.cell - b.cell);
    const next = order[order.findIndex(({ cell }) => cell === state.cell) + step];
    if (next) goTo(next.cell);
  };
  const circle = ({ cell, y, fit }) => {
    const mine = cell === state.cell;
    const name = `${index.cells[cell]}: measured ${number(y)}, predicted ${number(fit)}`;
    return drawn("circle", { cx: right(y), cy: up(fit), r: mine ? 6 : 3.2,
      fill: colourOfCell(cell), "fill-opacity": mine ? 1 : 0.75, stroke: mine ? "#000" : "#fff",
      "stroke-width": mine ? 2 : 0.5, role: "button", tabindex: mine ? 0 : -1,
      "aria-pressed": String(mine), "aria-label": name, "data-point": index.cells[cell],
      onclick: () => goTo(cell) }, drawn("title", {}, name));
  };
  const order = [...points].sort((a, b) => (a.cell === state.cell) - (b.cell === state.cell));
  const circles = order.map(circle);
  if (!points.some(({ cell }) => cell === state.cell)) circles[0].setAttribute("tabindex", "0");
  const axis = ticks(low, high).flatMap((tick) => [
    drawn("line", { x1: right(tick), x2: right(tick), y1: SIDE, y2: SIDE + 3, class: "axis" }),
    drawn("line", { x1: -3, x2: 0, y1: up(tick), y2: up(tick), class: "axis" }),
    drawn("text", { x: right(tick), y: SIDE + 12, "text-anchor": "middle" }, number(tick)),
    drawn("text", { x: -5, y: up(tick) + 3, "text-anchor": "end" }, number(tick)),
  ]);
  const one = explanations[state.e];
  const unit = one.unit ? `, ${one.unit}` : "";
  const hadFocus = at("scatter").contains(document.activeElement);
  at("scatter").replaceChildren(drawn("svg", { viewBox: `-44 -2 ${SIDE + 50} ${SIDE + 30}`,
    role: "group", onkeydown: walk,
    "aria-label": `Predicted against measured, the ${SPOKEN.examples} listed; arrows walk through them` },
  drawn("rect", { width: SIDE, height: SIDE, class: "axis" }),
  drawn("line", { x1: 8, y1: SIDE - 8, x2: SIDE - 8, y2: 8, class: "axis" }),
  ...axis, ...circles,
  drawn("text", { x: SIDE / 2, y: SIDE + 25, "text-anchor": "middle" }, `measured${unit}`),
  drawn("text", { x: -SIDE / 2, y: -34, transform: "rotate(-90)", "text-anchor": "middle" },
    "predicted")),
  make("p", { class: "legend" }, `${capital(one.quantity)}: `, ...levelsOfStratum.map((level) =>
    make("span", { class: "part" }, swatch(colourOf(level)), level))));
  if (hadFocus) at("scatter").querySelector('[tabindex="0"]')?.focus({ preventScroll: true });
  return undefined;
}

const capital = (text) => text.slice(0, 1).toUpperCase() + text.slice(1);

// ---------------------------------------------------------------- by its name

function jump(name) {
  const cell = index.cells.indexOf(name.trim());
  at("jumped").textContent = "";
  if (!name.trim()) return;
  if (cell < 0) {
    at("jumped").textContent = `No ${SPOKEN.example} ${name.trim()} among the ${total} of this page.`;
    return;
  }
  if (!listed().includes(cell)) state.filters = {};
  document.activeElement?.blur(); // so that arrows go on from here
  goTo(cell);
}
