// Pictures: one view for all of them, with zoom, outlines and a scale bar.

const MOST_ZOOM = 32;
const panels = []; // what is drawn now: { name, bitmap, canvas, image, … }

// The pixels of a picture, one to one.
function bitmap(image, colour) {
  const { height, width, places } = image;
  const canvas = make("canvas", { width, height });
  const context = canvas.getContext("2d");
  const data = context.createImageData(width, height);
  for (let k = 0; k < places.length; k += 1) {
    const to = 4 * places[k];
    [data.data[to], data.data[to + 1], data.data[to + 2]] = colour(k);
    data.data[to + 3] = 255;
  }
  context.putImageData(data, 0, 0);
  return canvas;
}

// Where a picture lies in a square of `size`: pixels of the square a pixel, and its corner.
function placed(image, size) {
  const scale = (size / Math.max(image.height, image.width)) * state.view.zoom;
  return {
    scale,
    left: size / 2 - state.view.x * image.width * scale,
    top: size / 2 - state.view.y * image.height * scale,
  };
}

// The border of a mask along the edges of its pixels, as one path.
function border(image, mask) {
  image.borders = image.borders || [];
  if (image.borders[mask]) return image.borders[mask];
  const { height, width } = image;
  const inside = image.masks[mask];
  const has = (y, x) => y >= 0 && x >= 0 && y < height && x < width && inside[y * width + x] === 1;
  const path = new Path2D();
  const line = (x, y, toX, toY) => { path.moveTo(x, y); path.lineTo(toX, toY); };
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      if (!has(y, x)) continue;
      if (!has(y - 1, x)) line(x, y, x + 1, y);
      if (!has(y + 1, x)) line(x, y + 1, x + 1, y + 1);
      if (!has(y, x - 1)) line(x, y, x, y + 1);
      if (!has(y, x + 1)) line(x + 1, y, x + 1, y + 1);
    }
  }
  image.borders[mask] = path;
  return path;
}

function outlineColour(name) {
  if (name === OUTLINES[0]) return LINES.object;
  return name === "planted truth" ? LINES.planted : SERIES[OUTLINES.indexOf(name) % SERIES.length];
}

function drawOutlines(context, image, scale) {
  for (const [mask, name] of OUTLINES.entries()) {
    if (!state.outlines.includes(name)) continue;
    const path = border(image, mask);
    context.lineCap = "round";
    context.strokeStyle = outlineColour(name);
    context.lineWidth = 1.5 / scale;
    context.stroke(path);
  }
}

// The longest of 1, 2 or 5 times a power of ten that takes no more than a third of a picture.
function barOf(size, scale, bin) {
  const pixel = (index.pixel_size || 1) * bin;
  const most = (size / 3 / scale) * pixel;
  const power = 10 ** Math.floor(Math.log10(most));
  const length = [5, 2, 1].find((times) => times * power <= most) * power;
  return { pixels: (length / pixel) * scale, text: `${number(length)} ${index.pixel_size ? "µm" : "px"}` };
}

function drawScaleBar(context, size, scale, bin, unit) {
  const bar = barOf(size, scale, bin);
  const [high, edge] = [11 * unit, 5 * unit];
  context.font = `${high}px system-ui, sans-serif`;
  const wide = Math.max(bar.pixels, context.measureText(bar.text).width) + 2 * edge;
  const tall = high + 4 * unit + 2 * edge;
  context.fillStyle = "rgb(0 0 0 / .6)";
  context.fillRect(edge, size - tall - edge, wide, tall);
  context.fillStyle = "#fff";
  context.fillRect(2 * edge, size - 2 * edge - 3 * unit, bar.pixels, 3 * unit);
  context.textBaseline = "top";
  context.fillText(bar.text, 2 * edge, size - tall - edge + edge / 2);
}

// Draw a picture into a square, of which `unit` pixels are one of the screen.
function renderInto(context, panel, size, unit) {
  const { image } = panel;
  const { scale, left, top } = placed(image, size);
  context.save();
  context.beginPath();
  context.rect(0, 0, size, size);
  context.clip();
  context.fillStyle = getComputedStyle(document.documentElement).getPropertyValue("--outside");
  context.fillRect(0, 0, size, size);
  context.imageSmoothingEnabled = false;
  context.translate(left, top);
  context.scale(scale, scale);
  context.drawImage(panel.bitmap, 0, 0);
  drawOutlines(context, image, scale / unit);
  context.restore();
  if (state.bar) drawScaleBar(context, size, scale, panel.bin, unit);
}

function render() {
  for (const panel of panels) {
    const { canvas } = panel;
    const unit = window.devicePixelRatio || 1;
    const size = Math.max(1, Math.round((canvas.clientWidth || 200) * unit));
    if (canvas.width !== size) [canvas.width, canvas.height] = [size, size];
    renderInto(canvas.getContext("2d"), panel, size, unit);
  }
  at("zoom").textContent = `${number(state.view.zoom, 2)} ×`;
  at("zoom-out").disabled = state.view.zoom <= 1;
  at("zoom-in").disabled = state.view.zoom >= MOST_ZOOM;
}

// ---------------------------------------------------------------- zoom and pan

const within = (value, low, high) => Math.max(low, Math.min(high, value));

function look(zoom, x, y) {
  const edge = 0.5 / Math.max(1, zoom); // half of what is seen
  state.view = { zoom: within(zoom, 1, MOST_ZOOM), x: within(x, edge, 1 - edge),
    y: within(y, edge, 1 - edge) };
  if (state.view.zoom === 1) [state.view.x, state.view.y] = [0.5, 0.5];
  render();
}

// The place of a pointer in a picture, in its pixels.
function pixelAt(panel, event) {
  const box = panel.canvas.getBoundingClientRect();
  const { scale, left, top } = placed(panel.image, box.width);
  return [(event.clientX - box.left - left) / scale, (event.clientY - box.top - top) / scale];
}

// What lies under the pointer stays there.
function zoomAt(panel, event, factor) {
  const { image } = panel;
  const [x, y] = pixelAt(panel, event).map((value, i) => value / [image.width, image.height][i]);
  const zoom = within(state.view.zoom * factor, 1, MOST_ZOOM);
  const kept = state.view.zoom / zoom;
  look(zoom, x + (state.view.x - x) * kept, y + (state.view.y - y) * kept);
}

const zoomBy = (factor) => look(state.view.zoom * factor, state.view.x, state.view.y);

function panBy(right, down) {
  const step = 0.15 / state.view.zoom;
  look(state.view.zoom, state.view.x + right * step, state.view.y + down * step);
}

function movable(panel) {
  const { canvas, image } = panel;
  let from = null;
  canvas.addEventListener("wheel", (event) => {
    // At its smallest a picture leaves the wheel to the page.
    if (state.view.zoom <= 1 && event.deltaY > 0) return;
    event.preventDefault();
    zoomAt(panel, event, 2 ** (-event.deltaY / 300));
  }, { passive: false });
  canvas.addEventListener("pointerdown", (event) => {
    from = [event.clientX, event.clientY];
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!from) return;
    const { scale } = placed(image, canvas.clientWidth);
    look(state.view.zoom, state.view.x - (event.clientX - from[0]) / scale / image.width,
      state.view.y - (event.clientY - from[1]) / scale / image.height);
    from = [event.clientX, event.clientY];
  });
  for (const end of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(end, () => { from = null; });
  }
}
