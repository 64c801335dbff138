// Colours: what a value looks like.

const { strata: STRATA, series: SERIES, ramps: COLOURS } = index.palettes;
const { composites: COMPOSITES, outlines: LINES, overlay: OVER } = index.palettes;

const rgb = (colour) => [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16));

function ramp(stops) {
  const hex = stops.map(rgb);
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
const stopsOf = (e) => COLOURS[kindOf(e)][state[kindOf(e)]];
const gradient = (e) => stopsOf(e).join(",");

function coloured(e, relative) {
  const place = isSigned(e) ? (relative + 1) / 2 : relative;
  return coloursOf(e)[Math.max(0, Math.min(511, Math.round(511 * place)))];
}

// Colours of an overlay of negative and of positive scores.
const overlayColours = (e) => (isSigned(e) ? [OVER.lowers, OVER.raises] : [OVER.unsigned, OVER.unsigned]);

const rangeOf = (channel) => state.ranges[channel] || [0, 100];

// Counts between which a picture goes from black to its colour.
function contrast(image, channel) {
  const place = PICTURES.indexOf(channel);
  const plane = image.planes[place];
  let [low, high] = [plane.low, plane.low + LEVELS * plane.step];
  if (state.contrast === "all") {
    const levels = index.windows.map((one) => one.levels[place]);
    low = quantile(levels.map((one) => one[0]), 0.1);
    high = quantile(levels.map((one) => one[1]), 0.9);
  }
  const [black, white] = rangeOf(channel);
  const range = high - low;
  return [low + (black / 100) * range, low + (white / 100) * range];
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

// 0 to 1 of a picture's pixels.
function brightness(image, channel) {
  const plane = pictureOf(image, channel);
  const [low, high] = contrast(image, channel);
  return (k) => Math.max(0, Math.min(1, (valueOf(plane, 0, k) - low) / (high - low || 1)));
}

function greyOf(image, channel) {
  const bright = brightness(image, channel);
  return (k) => {
    const level = Math.round(255 * bright(k));
    return [level, level, level];
  };
}

// Channels of a composite and their colours.
const mixed = () => state.mix.map((name, i) => [name, COMPOSITES[state.colours][i]])
  .filter(([name]) => name);

function compositeOf(image) {
  const parts = mixed().map(([name, colour]) => [brightness(image, name), rgb(colour)]);
  return (k) => {
    const sum = [0, 0, 0];
    for (const [bright, colour] of parts) {
      const level = bright(k);
      for (let c = 0; c < 3; c += 1) sum[c] += level * colour[c];
    }
    return sum.map((c) => Math.min(255, Math.round(c)));
  };
}

function scoreOf(e, plane, zero, most) {
  return (k) => coloured(e, valueOf(plane, zero, k) / most);
}

// The larger |score|, the less of the image is left.
function overlayOf(below, e, plane, zero, most) {
  const cover = state.cover / 100;
  const [negative, positive] = overlayColours(e).map(rgb);
  return (k) => {
    const relative = valueOf(plane, zero, k) / most;
    const share = cover * Math.min(1, Math.abs(relative));
    const colour = relative < 0 ? negative : positive;
    return below(k).map((c, i) => Math.round(share * colour[i] + (1 - share) * c));
  };
}
