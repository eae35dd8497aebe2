// What is laid over a photo: boxes, arrows between them, and light where a model looked.

const levels = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";
const darkest = 0.8; // how far the rest of the photo is dimmed
const glow = 0.3; // how much light falls on the strongest place, so that it shows on dark photos too

// The four weights of the uniform cubic B-spline at fraction t between two places.
function spline(t) {
  return [(1 - t) ** 3, 3 * t ** 3 - 6 * t ** 2 + 4, -3 * t ** 3 + 3 * t ** 2 + 3 * t + 1, t ** 3].map((w) => w / 6);
}

// A coarse map over `size` places along one axis, smoothed; the border repeats itself.
function smoothed(count, size, at) {
  return Array.from({ length: size }, (_, place) => {
    const position = ((place + 0.5) / size) * count - 0.5;
    const first = Math.floor(position);
    return spline(position - first)
      .map((weight, k) => weight * at(Math.min(count - 1, Math.max(0, first - 1 + k))))
      .reduce((sum, value) => sum + value, 0);
  });
}

// Light on the places attended to and shade over the rest, in one layer. CSS stretches it to any size.
function shade([rows, columns, , text]) {
  const side = 64;
  const grid = Array.from({ length: rows }, (_, r) =>
    smoothed(columns, side, (c) => levels.indexOf(text[r * columns + c])));
  const lines = Array.from({ length: side }, (_, c) => smoothed(rows, side, (r) => grid[r][c]));
  const top = Math.max(...lines.flat());
  const canvas = h("canvas", { class: "shade", width: side, height: side, "aria-hidden": "true" });
  const context = canvas.getContext("2d");
  const pixels = context.createImageData(side, side);
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) {
      const weight = lines[x][y] / top;
      const light = glow * weight ** 2;
      const cover = 1 - (1 - darkest * (1 - weight)) * (1 - light);
      const grey = cover > 0 ? (255 * light) / cover : 0;
      pixels.data.set([grey, grey, grey, 255 * cover], 4 * (y * side + x));
    }
  context.putImageData(pixels, 0, 0);
  return canvas;
}

// A photo in a frame of its own proportions, to draw over.
function frame(photo, alt) {
  const [width, height] = photo.size;
  const picture = photo.picture
    ? h("img", { src: photo.picture, alt, width, height, decoding: "async" })
    : h("div", { class: "blank", role: "img", "aria-label": alt }, "this photo could not be read");
  const box = h("div", { class: "frame" }, picture);
  box.style.setProperty("--ratio", width / height);
  return box;
}

function drawing(photo, children) {
  const [width, height] = photo.size;
  return svg("svg", { class: "drawing", viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", "aria-hidden": "true" }, children);
}

// Boxes carry their number; those not `lit` step back when any is.
function outlines(photo, boxes, lit) {
  const [width, height] = photo.size;
  const unit = Math.max(width, height) / 320;
  return boxes.map((box) => {
    const [left, top, right, bottom] = box.box;
    const kind = `${box.stuff ? "stuff" : "thing"}${lit.length && !lit.includes(box.at) ? " back" : ""}`;
    const edge = { x: left, y: top, width: Math.max(right - left, 1), height: Math.max(bottom - top, 1) };
    const label = `${box.at + 1} ${box.labels.length ? box.labels[0][0] : ""}`;
    const tag = { width: (label.length * 6.1 + 8) * unit, height: 15 * unit };
    const x = Math.max(0, Math.min(left, width - tag.width));
    const y = top >= tag.height ? top - tag.height : Math.min(top, height - tag.height);
    return svg("g", { class: kind },
      svg("rect", { class: "halo", ...edge }), svg("rect", { class: "edge", ...edge }),
      svg("rect", { class: "tag", x, y, ...tag }),
      svg("text", { x: x + 4 * unit, y: y + 11.2 * unit, "font-size": 11 * unit }, label));
  });
}

function arrow(photo, from, to, label) {
  const [width, height] = photo.size;
  const unit = Math.max(width, height) / 320;
  const [a, b] = [from, to].map(({ box: [left, top, right, bottom] }) => [(left + right) / 2, (top + bottom) / 2]);
  const middle = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
  const line = { x1: a[0], y1: a[1], x2: b[0], y2: b[1] };
  return svg("g", { class: "arrow" },
    svg("line", { class: "halo", ...line }), svg("line", { ...line, "marker-end": "url(#arrow)" }),
    svg("text", { class: "halo", x: middle[0], y: middle[1] - 5 * unit, "font-size": 13 * unit }, label),
    svg("text", { x: middle[0], y: middle[1] - 5 * unit, "font-size": 13 * unit }, label));
}
