// The rows of pictures: image, map, overlay, target; and the same by all models and methods.

function figure(name, panel, heading, caption, description) {
  const { canvas } = panel;
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", description);
  canvas.dataset.part = name;
  movable(panel);
  panels.push({ name, heading, ...panel });
  return make("figure", {}, make("b", { class: "what" }, heading),
    make("div", { class: "frame" }, canvas, make("span", { class: "cross" })),
    make("figcaption", {}, caption));
}

function scaleOf(low, high, colours, unit) {
  return make("span", { class: "scale" }, low,
    make("i", { style: `background: linear-gradient(to right, ${colours})` }),
    unit ? `${high} ${unit}` : high);
}

const swatch = (colour) => make("i", { class: "swatch", style: `background: ${colour}` });

function imageFigure(cell, channel, image, composite) {
  const panel = { image, canvas: make("canvas"), bin: index.windows[cell].bin,
    bitmap: bitmap(image, composite ? compositeOf(image) : greyOf(image, channel)) };
  const about = `${SPOKEN.example} ${index.cells[cell]}`;
  if (composite) {
    const legend = mixed().map(([name, colour]) =>
      make("span", { class: "part" }, swatch(colour), name));
    return figure("image", panel, "Image, composite", make("span", {}, ...legend),
      `Composite of ${mixed().map(([name]) => name).join(", ")}: ${about}`);
  }
  const [low, high] = contrast(image, channel);
  return figure("image", panel, `Image of ${channel}`,
    scaleOf(number(low, 3), number(high, 3), "#000, #fff", "counts"), `Image: ${about}, ${channel}`);
}

function targetFigure(cell, image) {
  const [low, high] = contrast(image, index.target);
  return figure("target", { image, canvas: make("canvas"), bin: index.windows[cell].bin,
    bitmap: bitmap(image, greyOf(image, index.target)) }, `Target: ${index.target}`,
  make("span", {}, scaleOf(number(low, 3), number(high, 3), "#000, #fff", ""),
    "What is predicted; the model does not see it."),
  `Target: ${SPOKEN.example} ${index.cells[cell]}, ${index.target}`);
}

function mapFigures(e, cell, channel, image, map, composite) {
  const one = explanations[e];
  const plane = planeOf(map, e, channel);
  if (!plane) {
    const why = one.axes === "feature"
      ? `This method gives each ${SPOKEN.feature} one score, so it has no map.`
      : `This page keeps no map of this ${SPOKEN.feature}.`;
    return [make("p", { class: "none" }, why)];
  }
  const about = `${SPOKEN.example} ${index.cells[cell]}, ${channel}`;
  const most = reach(e, cell, plane);
  const below = composite ? compositeOf(image) : greyOf(image, channel);
  const bin = index.windows[cell].bin;
  const panelOf = (colour) => ({ image, canvas: make("canvas"), bin, bitmap: bitmap(image, colour) });
  const least = isSigned(e) ? `−${number(most, 2)}` : "0";
  const [negative, positive] = overlayColours(e);
  const legend = isSigned(e)
    ? make("span", {}, make("span", { class: "part" }, swatch(positive), "raises"),
      make("span", { class: "part" }, swatch(negative), "lowers the prediction"))
    : make("span", { class: "part" }, swatch(positive), "the stronger, the larger the score");
  return [
    figure("map", panelOf(scoreOf(e, plane, map.zero, most)), "Map",
      scaleOf(least, number(most, 2), gradient(e), "score"), `Map by ${title(one)}: ${about}`),
    figure("overlay", panelOf(overlayOf(below, e, plane, map.zero, most)), "Map over image", legend,
      `Map by ${title(one)} over the image: ${about}`),
  ];
}

function rowHeading(e, cell, channel) {
  const one = explanations[e];
  const place = one.channels.indexOf(channel);
  const share = place < 0 || one.axes === "place" ? null : one.share[cell][place];
  const parts = [];
  if (share != null) parts.push(`${percent(share)} of the map's ${one.sum}`);
  if (share != null && isSigned(e)) {
    parts.push(`scores sum to ${signedNumber(one.signed[cell][place], 3)}`);
  }
  return make("h3", {}, channel, make("span", {}, parts.join(" · ")));
}

function rowOf(e, cell, channel, image, map, first) {
  const composite = first && state.image === "composite" && mixed().length > 0;
  const before = panels.length;
  const figures = [imageFigure(cell, channel, image, composite),
    ...mapFigures(e, cell, channel, image, map, composite),
    ...(first && index.target ? [targetFigure(cell, image)] : [])];
  const row = make("section", { class: first ? "row first" : "row", "data-channel": channel,
    "aria-label": channel }, rowHeading(e, cell, channel),
  make("div", { class: "pictures" }, ...figures));
  follow(row, panels.slice(before), image, planeOf(map, e, channel), map, channel);
  return row;
}

// The pixel under the pointer, in all pictures of a row and in words.
function follow(row, own, image, plane, map, channel) {
  const ranks = new Map(image.places.map((place, k) => [place, k]));
  const limit = (value, of, zero, k) => {
    const q = of.levels[k];
    const most = zero === 0 ? LEVELS : 2 * zero;
    const mark = q === most ? "≥ " : q === 0 && (zero > 0 || of.low !== 0) ? "≤ " : "";
    return mark + value;
  };
  const counts = (name, k) => {
    const of = pictureOf(image, name);
    return limit(number(valueOf(of, 0, k), 4), of, 0, k);
  };
  const leave = () => {
    row.querySelectorAll(".cross").forEach((cross) => { cross.style.display = "none"; });
    at("pixel").textContent = "";
  };
  const say = (panel) => (event) => {
    const [x, y] = pixelAt(panel, event).map(Math.floor);
    if (x < 0 || y < 0 || x >= image.width || y >= image.height) return leave();
    for (const { canvas } of own) {
      const { scale, left, top } = placed(image, canvas.clientWidth);
      const cross = canvas.nextElementSibling;
      const [to, down] = [left + (x + 0.5) * scale, top + (y + 0.5) * scale];
      const seen = to >= 0 && down >= 0 && to <= canvas.clientWidth && down <= canvas.clientWidth;
      cross.style.cssText = `display: ${seen ? "block" : "none"}; left: ${to}px; top: ${down}px`;
    }
    const k = ranks.get(y * image.width + x);
    let text = "not measured";
    if (k !== undefined) {
      text = `${counts(channel, k)} counts`;
      if (plane) {
        const score = signedNumber(valueOf(plane, map.zero, k), 3);
        text += `, score ${limit(score, plane, map.zero, k)}`;
      }
      if (index.target) text += `, target ${counts(index.target, k)}`;
    }
    at("pixel").textContent = `${channel}, row ${y}, column ${x}: ${text}`;
    return undefined;
  };
  for (const panel of own) {
    panel.canvas.addEventListener("pointermove", say(panel));
    panel.canvas.addEventListener("pointerleave", leave);
  }
}

async function drawOthers(token) {
  if (!at("compare").open) return;
  const { cell, channel } = state;
  const image = await imageOf(cell);
  const buttons = [];
  for (const [e, one] of explanations.entries()) {
    const map = await mapOf(e, cell);
    const plane = planeOf(map, e, channel);
    const canvas = plane && bitmap(image, scoreOf(e, plane, map.zero, reach(e, cell, plane)));
    canvas?.setAttribute("aria-hidden", "true");
    const place = one.channels.indexOf(channel);
    buttons.push(make("button", { type: "button", "aria-current": String(e === state.e),
      "data-standing": one.standing, onclick: () => choose(e) },
    canvas ? make("span", { class: "frame" }, canvas) : make("span", { class: "none" }, "no map"),
    make("b", {}, modelName(one)), make("span", {}, marked(one)),
    make("span", {}, `predicts ${number(told("prediction", e)[cell])}`),
    place >= 0 && one.axes !== "place"
      ? make("span", {}, `${percent(one.share[cell][place])} of its map`) : null));
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
  panels.length = 0;
  at("rows").replaceChildren(...names.map((name, i) => rowOf(e, cell, name, image, map, i === 0)));
  render();
  await drawOthers(token);
  if (token !== drawing) return;
  const one = explanations[e];
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

// ---------------------------------------------------------------- the view as a file

// All pictures with what they are, scale bars and facts, as a PNG.
function savePng() {
  const [edge, gap, line, unit] = [420, 20, 24, 2];
  const rows = [...at("rows").children].map((row) =>
    panels.filter((panel) => row.contains(panel.canvas)));
  const wide = Math.max(2, ...rows.map((row) => row.length)) * (edge + gap) + gap;
  const tall = rows.length * (edge + gap + 2 * line) + 4 * line + gap;
  const canvas = make("canvas", { width: wide, height: tall });
  const context = canvas.getContext("2d");
  const write = (text, x, y, size, weight = "") => {
    context.fillStyle = "#222";
    context.textBaseline = "top";
    context.font = `${weight} ${size}px system-ui, sans-serif`;
    context.fillText(text, x, y, wide - x - gap);
  };
  context.fillStyle = "#fff";
  context.fillRect(0, 0, wide, tall);
  write(at("views-title").textContent, gap, gap, 22, "bold");
  rows.forEach((row, number) => {
    const top = gap + 2 * line + number * (edge + gap + 2 * line);
    const channel = at("rows").children[number].dataset.channel;
    row.forEach((panel, place) => {
      const left = gap + place * (edge + gap);
      const named = place || panel.heading.endsWith(channel);
      write(named ? panel.heading : [panel.heading, channel].join(", "), left, top, 16);
      context.save();
      context.translate(left, top + line);
      renderInto(context, panel, edge, unit);
      context.restore();
    });
  });
  write(`${title(explanations[state.e])}: ${explanations[state.e].headline}`, gap, tall - 2.6 * line, 16);
  write(`${factsLine()} · ${index.study}, nascent`, gap, tall - 1.6 * line, 16);
  const name = [index.study, index.cells[state.cell], explanations[state.e].model,
    explanations[state.e].method, state.channel].join("-").replace(/[^\w.-]+/g, "_");
  canvas.toBlob((blob) => {
    const address = URL.createObjectURL(blob);
    make("a", { href: address, download: `${name}.png` }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
  });
}
