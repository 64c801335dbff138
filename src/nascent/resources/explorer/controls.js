// Selects, sliders and boxes: what the reader chooses.

function select(name, label, options, chosen, change, groups = []) {
  const option = ([value, text]) => make("option", { value, selected: value === chosen }, text);
  const box = make("select", { id: `pick-${name}`, "aria-label": label,
    onchange: (event) => change(event.target.value) },
    ...options.map(option),
    ...groups.map(([title, own]) => make("optgroup", { label: title }, ...own.map(option))));
  return make("label", { for: `pick-${name}` }, label, box);
}

function slider(name, label, low, high, step, value, format, change) {
  const says = make("span", {}, format(value));
  const input = make("input", { type: "range", id: `look-${name}`, min: low, max: high, step, value,
    "aria-label": label,
    oninput: (event) => {
      event.target.value = change(Number(event.target.value));
      says.textContent = format(Number(event.target.value));
      drawRows();
    } });
  return make("label", { for: `look-${name}` }, make("span", {}, `${label} `, says), input);
}

function box(name, label, ticked, change, mark) {
  return make("label", { class: "box", for: `look-${name}` },
    make("input", { type: "checkbox", id: `look-${name}`, checked: ticked,
      onchange: (event) => change(event.target.checked) }), mark, label);
}

const pair = (value) => [value, value];

function drawPick() {
  const unique = (key) => [...new Set(explanations.map(key))];
  const current = explanations[state.e];
  const find = (model, method) => {
    const same = explanations.findIndex((one) => modelName(one) === model && one.method === method);
    return same >= 0 ? same : explanations.findIndex((one) => modelName(one) === model);
  };
  const methods = explanations.filter((one) => modelName(one) === modelName(current));
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
  const plain = Boolean(SORTS[state.sort]);
  const sorts = Object.entries(SORTS).map(([name, [text]]) => [name, text]);
  const more = moreSorts().map(([check, names]) =>
    [words(check), names.map((name) => [name, wordsOfTold(name)])]);
  const sortBy = (name) => {
    state.more = name === "more…";
    if (!state.more) state.sort = name;
    update();
    if (state.more) at("pick-more").focus();
  };
  const jumpTo = make("input", { id: "pick-jump", list: "ids", autocomplete: "off", size: 10,
    placeholder: index.cells[0], onchange: (event) => jump(event.target.value) });
  at("pick").replaceChildren(
    select("model", "model", unique(modelName).map(pair), modelName(current),
      (model) => choose(find(model, current.method))),
    select("method", "method", methods.map((one) => [one.method, marked(one)]), current.method,
      (method) => choose(find(modelName(current), method))),
    make("label", { for: "pick-jump" }, `go to ${SPOKEN.example}`, jumpTo),
    ...filters,
    select("sort", "sorted by", [...sorts, ...(more.length ? [["more…", "more…"]] : [])],
      plain && !state.more ? state.sort : "more…", sortBy),
    ...(plain && !state.more ? [] : [select("more", "more…",
      plain ? [["", "choose"]] : [], state.sort, (name) => { if (name) sortBy(name); }, more)]),
    select("down", "order", [["up", "lowest first"], ["down", "highest first"]],
      state.down ? "down" : "up", (way) => { state.down = way === "down"; update(); }),
  );
}

// The black and the white end of a channel, which do not cross.
function ends(name, channel, label) {
  const set = (end) => (value) => {
    const range = [...rangeOf(channel)];
    range[end] = end ? Math.max(value, range[0] + 1) : Math.min(value, range[1] - 1);
    state.ranges[channel] = range;
    return range[end];
  };
  const format = (value) => `${value} %`;
  const [black, white] = rangeOf(channel);
  return [slider(`black-${name}`, `${label}: black at`, 0, 99, 1, black, format, set(0)),
    slider(`white-${name}`, `${label}: full at`, 1, 100, 1, white, format, set(1))];
}

function drawLook() {
  const kind = kindOf(state.e);
  const redraw = (name) => (value) => { state[name] = value; drawLook(); writeHash(); drawRows(); };
  const composite = state.image === "composite";
  const mix = COMPOSITES[state.colours].map((colour, i) => make("span", { class: "mix" },
    swatch(colour), select(`mix-${i}`, `colour ${i + 1}`,
      [["", "none"], ...index.images.map(pair)], state.mix[i] || "",
      (name) => { state.mix[i] = name; redraw("mix")(state.mix); })));
  at("image-look").replaceChildren(
    select("image", "image shows", [["grey", `one ${SPOKEN.feature} in grey`],
      ["composite", `a composite of ${SPOKEN.features}`]], state.image, redraw("image")),
    ...(composite ? [select("colours", "colours", Object.keys(COMPOSITES).map(pair), state.colours,
      redraw("colours")), ...mix] : []));
  at("look").replaceChildren(
    select("contrast", "contrast of", [["cell", `this ${SPOKEN.example}`],
      ["all", `all ${SPOKEN.examples} alike`]], state.contrast, redraw("contrast")),
    ...(composite ? mixed().flatMap(([name], i) => ends(i, name, name))
      : ends("image", state.channel, state.channel)),
    ...(index.target ? ends("target", index.target, "target") : []),
    select("scale", "map colours of", [["cell", `this ${SPOKEN.example}'s ${SPOKEN.features}`],
      ["channel", `each ${SPOKEN.feature} alone`], ["all", `all ${SPOKEN.examples} alike`]],
    state.scale, redraw("scale")),
    slider("bright", "map: stronger", -3, 3, 0.25, state.bright, (value) => `× ${number(2 ** value, 3)}`,
      (value) => { state.bright = value; return value; }),
    select("ramp", "map colours", Object.keys(COLOURS[kind]).map(pair), state[kind], redraw(kind)),
    slider("cover", "overlay: at most", 10, 100, 5, state.cover, (value) => `${value} %`,
      (value) => { state.cover = value; return value; }),
    box("bar", "scale bar", state.bar, (on) => { state.bar = on; render(); }),
  );
  const toggle = (name) => (on) => {
    state.outlines = OUTLINES.filter((one) => (one === name ? on : state.outlines.includes(one)));
    render();
  };
  at("outlines").replaceChildren(make("span", {}, "outlines:"),
    ...OUTLINES.map((name, i) => box(`outline-${i}`, name, state.outlines.includes(name), toggle(name),
      swatch(outlineColour(name)))));
}

// Redrawn controls keep the focus.
function drawControls() {
  const focused = document.activeElement?.id;
  drawPick();
  drawLook();
  if (focused?.startsWith("pick-") || focused?.startsWith("look-")) at(focused)?.focus();
}
