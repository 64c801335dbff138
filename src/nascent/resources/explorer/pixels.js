// Pixels: decoded cell by cell, when shown.

const LEVELS = 255;
const KEEP = 24; // decoded cells

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

// A blob holds for each plane low and step (float32), of images the bits of the masks, then one
// byte for each measured pixel, plane by plane.
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

// Names of the masks of each cell: where it was measured, then regions and planted truth.
const OUTLINES = [SPOKEN.object, ...index.outlines];
// Pictures of each cell: those of the channels, and last that of the target.
const PICTURES = [...index.images, ...(index.target ? [index.target] : [])];

function imageOf(cell) {
  return kept(`image-${cell}`, async () => {
    const { height, width } = index.windows[cell];
    const raw = await inflate(`image-${cell}`);
    const bytes = Math.ceil((height * width) / 8);
    const masks = OUTLINES.map((_, mask) => {
      const from = 8 * PICTURES.length + mask * bytes;
      return Uint8Array.from({ length: height * width }, (_, i) =>
        (raw[from + (i >> 3)] & (128 >> (i & 7)) ? 1 : 0));
    });
    const places = [];
    masks[0].forEach((inside, i) => { if (inside) places.push(i); });
    const planes = planesOf(raw, PICTURES.length, bytes * OUTLINES.length);
    return { height, width, places, masks, planes };
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

// The picture of a channel, or of the target.
const pictureOf = (image, name) => image.planes[PICTURES.indexOf(name)];

// Maps of places alone have one plane, which belongs to every channel.
function planeOf(map, e, channel) {
  if (!map) return null;
  const { axes, kept: names } = explanations[e];
  const place = axes === "place" ? 0 : names.indexOf(channel);
  return place < 0 ? null : map.planes[place];
}
