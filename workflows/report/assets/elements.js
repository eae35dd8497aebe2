// Elements from plain values; text is always text, never markup.

const svgSpace = document.getElementById("drawing").namespaceURI;

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children.flat(Infinity).filter((child) => child != null && child !== false && child !== ""));
  return node;
}

function h(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(svgSpace, tag), attributes, children);
}

function readable(value, digits = 2) {
  if (value == null) return "–";
  const size = Math.abs(value);
  const text = size >= 100 ? value.toFixed(0) : size >= 10 ? value.toFixed(1) : value.toFixed(digits);
  return text.replace("-", "−");
}

function percent(share) {
  return share < 0.01 ? "under 1%" : `${Math.round(share * 100)}%`;
}

// Named numbers as small bars from zero, to the left where negative; parts of 1 where all lie in [0, 1].
// Bars that are to be compared share one axis, spanned by all their numbers, `among`.
function bars(terms, most = 8, among = terms) {
  const values = among.map(([, value]) => value ?? 0);
  const least = Math.min(0, ...values);
  const unit = least === 0 && values.every((value) => value <= 1);
  const span = unit ? 1 : Math.max(0, ...values) - least || 1;
  const zero = (-least / span) * 100;
  const rows = terms.slice(0, most).map(([name, value]) => {
    const length = (Math.abs(value ?? 0) / span) * 100;
    return h("li", {},
      h("span", { class: "term" }, name),
      svg("svg", { class: "bar", viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true" },
        svg("rect", { class: "track", x: 0, y: 3.5, width: 100, height: 1 }),
        svg("rect", { class: value < 0 ? "minus" : "plus", x: value < 0 ? zero - length : zero, y: 1, width: Math.max(length, 0.6), height: 6 })),
      h("span", { class: "value" }, readable(value)));
  });
  return h("ul", { class: "bars" }, rows);
}

// What `packed` of the page's maker wrote: JSON, deflated, as base64.
async function unpacked(letters) {
  const bytes = Uint8Array.from(atob(letters), (letter) => letter.charCodeAt(0));
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(plain).text());
}

// The block of one photo: its picture, and what stands behind every system's captions, still packed.
function block(position) {
  return JSON.parse(document.getElementById(`photo-${position}`).textContent);
}
