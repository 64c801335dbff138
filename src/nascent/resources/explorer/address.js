// The address: a link to what is seen.

function writeHash() {
  const one = explanations[state.e];
  const said = new URLSearchParams({ id: index.cells[state.cell], model: one.model, seed: one.seed,
    method: one.method, channel: state.channel });
  if (state.beside.length) said.set("beside", state.beside.join(","));
  for (const [name, level] of Object.entries(state.filters)) said.set(`only.${name}`, level);
  if (state.sort !== "target") said.set("sort", state.sort);
  if (state.down) said.set("order", "descending");
  if (state.image === "composite") said.set("image", mixed().map(([name]) => name).join(","));
  const hash = `#${said}`;
  if (location.hash === hash) return;
  try {
    history.replaceState(null, "", hash);
  } catch {
    // Inside of a report the page has no address of its own.
  }
}

function readHash() {
  const said = new URLSearchParams(location.hash.slice(1));
  const fits = (one) => ["model", "seed", "method"].every((name) =>
    !said.has(name) || String(one[name]) === said.get(name));
  const e = explanations.findIndex(fits);
  if (e >= 0) state.e = e;
  const cell = index.cells.indexOf(said.get("id"));
  state.filters = Object.fromEntries([...said].filter(([name]) => name.startsWith("only."))
    .map(([name, level]) => [name.slice(5), level]).filter(([name]) => name in index.columns));
  state.sort = said.get("sort") || "target";
  if (!canSort(state.sort)) state.sort = "target";
  state.down = said.get("order") === "descending";
  const can = channelsOf(state.e).filter(canShow);
  const ranked = explanations[state.e].kept.filter((name) => can.includes(name));
  const wanted = said.get("channel");
  state.channel = can.includes(wanted) ? wanted : ranked[0] || can[0];
  state.beside = said.has("beside")
    ? said.get("beside").split(",").filter((name) => can.includes(name))
    : wanted ? [] : ranked.slice(1, 3);
  state.image = said.has("image") ? "composite" : "grey";
  const mix = (said.get("image") || "").split(",").filter(canShow);
  state.mix = (mix.length ? mix : [...new Set([...ranked, ...can])]).slice(0, 3);
  const cells = listed();
  state.cell = cell >= 0 ? cell : cells[0] ?? 0;
}
