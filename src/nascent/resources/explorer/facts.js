// What is known: of the explanation, of this cell, and of the channels.

function drawBelief() {
  const one = explanations[state.e];
  const box = at("belief");
  box.dataset.standing = one.standing;
  box.replaceChildren(make("b", {}, `${title(one)}: ${one.headline}`),
    ...one.sentences.map((sentence) => make("span", {}, ` ${sentence}`)));
}

const unitOf = (one) => (one.unit ? ` ${one.unit}` : "");

function cellSentence() {
  const one = explanations[state.e];
  const [fit, residual] = [told("prediction")[state.cell], told("residual")[state.cell]];
  const y = measured(state.cell);
  if (y == null) return `Predicted ${one.quantity} ${number(fit)}${unitOf(one)}.`;
  const errors = told("residual").filter((value) => value != null).map(Math.abs);
  const larger = errors.filter((value) => value > Math.abs(residual)).length;
  return `Measured ${one.quantity} ${number(y)}, predicted ${number(fit)}${unitOf(one)} (larger`
    + ` error in ${larger} of ${errors.length} ${SPOKEN.examples}).`;
}

// What a saved picture says of itself.
function factsLine() {
  const one = explanations[state.e];
  const lying = index.facts.filter((name) => column(name)[state.cell] != null)
    .map((name) => `${words(name)} ${shown(column(name)[state.cell])}`);
  return [`measured ${number(measured(state.cell))}, predicted ${number(told("prediction")[state.cell])}`
    + unitOf(one), ...lying].join(" · ");
}

const opened = new Set(); // checks whose details the reader has unfolded

function drawFacts() {
  const { e, cell } = state;
  const one = explanations[e];
  at("views-title").textContent = `${SPOKEN.Example} ${index.cells[cell]}`;
  at("cell-sentence").textContent = cellSentence();
  const have = index.facts.filter((name) => column(name)[cell] != null);
  pairs(at("known"), [
    [SPOKEN.example, index.cells[cell]],
    ...have.map((name) => [words(name), shown(column(name)[cell])]),
    [one.quantity, one.unit ? `in ${one.unit}` : ""],
    ["measured", number(measured(cell))],
    ["predicted", number(told("prediction")[cell])],
    ["measured less predicted", signedNumber(told("residual")[cell])],
  ]);
  // A map without a path has neither steps nor a tolerance.
  const unsaid = told("steps")[cell] === 0 ? ["steps", "converged"] : [];
  const names = Object.keys(one.told)
    .filter((name) => !["prediction", "residual", ...unsaid].includes(name));
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
    pairs(list, own.map((name) => [wordsOfTold(name), shown(told(name)[cell])]));
    return [make("details", { open: opened.has(check), ontoggle: (event) => {
      if (event.target.open) opened.add(check);
      else opened.delete(check);
    } }, make("summary", {}, words(check)), list)];
  }));
  const rest = Object.keys(index.columns).filter((name) => !index.facts.includes(name));
  pairs(at("rest"), rest.map((name) => [name, shown(column(name)[cell])]));
  const { bin } = index.windows[cell];
  at("how").textContent = [one.scores ? `Scores in ${one.scores}` : null,
    ...Object.entries(one.options).filter(([name, value]) => name !== "batch_size" && value != null)
      .map(([name, value]) => `${name.replaceAll("_", " ")} ${shown(value)}`),
    `training run with seed ${one.seed}`,
    bin > 1 ? `${bin} × ${bin} ${SPOKEN.places} shown as one` : null].filter(Boolean).join(" · ");
}

// ---------------------------------------------------------------- bars of channels

const channelsOf = (e) =>
  (explanations[e].axes === "place" ? index.images : explanations[e].channels);
const canShow = (channel) => index.images.includes(channel);

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

function drawBars() {
  const one = explanations[state.e];
  const ofPlaces = one.axes === "place";
  const shares = ofPlaces ? [] : one.share[state.cell];
  const means = ofPlaces ? [] : meanShares(state.e);
  const most = Math.max(1e-9, ...shares.map((share) => share || 0), ...means);
  at("channels-note").textContent = ofPlaces
    ? `This method scores ${SPOKEN.places}, not ${SPOKEN.features}: its one map lies over the image you choose.`
    : `Bar: share of this ${SPOKEN.example}'s map (${one.sum}). Black line: mean of the ${SPOKEN.examples}`
      + ` here. If all ${SPOKEN.features} were equal, each would have ${percent(1 / one.channels.length)}.`;
  at("order").replaceChildren(...(ofPlaces ? [] : [
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
        ofPlaces ? "" : percent(share))),
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
