// What a system knew of a photo before it spoke: boxes, attributes, relations, the labelling; attention word by word.

function part(title, ...content) {
  return h("section", { class: "part" }, h("h3", {}, title), content);
}

// `point` is called with what a row is about (boxes, an arrow) when it is pointed at, and with null afterwards.
function row(point, about, ...content) {
  return h("li", { tabindex: 0, onpointerenter: () => point(about), onpointerleave: () => point(null),
    onfocus: () => point(about), onblur: () => point(null) }, content);
}

function badge(said, at) {
  const box = said.boxes?.find((one) => one.at === at);
  return h("i", { class: `badge ${box?.stuff ? "stuff" : "thing"}` }, at + 1);
}

function detections(said, point) {
  return part("Things and stuff, with their best labels", h("ul", { class: "rows boxes" }, said.boxes.map((box) =>
    row(point, { lit: [box.at] },
      badge(said, box.at), bars(box.labels),
      box.attributes.length > 0 && h("div", { class: "attributes" }, bars(box.attributes))))));
}

function margin(value) {
  return h("span", { class: "margin", title: "energy lost by the best labelling without this choice" },
    `margin ${readable(value)}`);
}

function labelling(said, point) {
  const { nodes, edges, energy } = said.graph;
  const all = [...nodes, ...edges].flatMap((choice) => choice[4]);
  const name = ([at, label, attribute]) => [badge(said, at), attribute ? `${attribute} ${label}` : label];
  return part(`The chosen labelling, energy ${readable(energy)}`,
    h("ul", { class: "rows graph" },
      nodes.map((node) => row(point, { lit: [node[0]] },
        h("span", { class: "fact" }, name(node)), margin(node[3]), node[4].length > 0 && bars(node[4], 8, all))),
      edges.map(([subject, preposition, object, lost, terms]) =>
        row(point, { lit: [nodes[subject][0], nodes[object][0]], arrow: [nodes[subject][0], nodes[object][0], preposition] },
          h("span", { class: "fact" }, name(nodes[subject]), h("em", {}, preposition), name(nodes[object])),
          margin(lost), terms.length > 0 && bars(terms, 8, all)))));
}

function prepositions(said, point) {
  const label = (at) => said.boxes?.find((box) => box.at === at)?.labels[0]?.[0] ?? "";
  return part("Prepositions between them", h("ul", { class: "rows relations" },
    said.relations.map(([subject, object, scores]) =>
      row(point, { lit: [subject, object], arrow: [subject, object, scores[0][0]] },
        h("span", { class: "fact" }, badge(said, subject), label(subject), h("em", {}, "→"), badge(said, object), label(object)),
        bars(scores)))));
}

function filmstrip(photo, said, point) {
  const words = said.why.map((evidence, place) => evidence?.map && h("li", {},
    h("button", { type: "button", onclick: () => point(place) },
      fill(frame(photo, ""), {}, [shade(evidence.map)]), h("span", {}, said.pieces[2 * place + 1]))));
  return part("Attention, word by word", h("ol", { class: "strip" }, words));
}

function others(said) {
  return part(said.total != null ? `Runners-up; the first has ln p ${readable(said.total)}` : "Runners-up",
    h("ol", { class: "others", start: 2 }, said.others.map(([text, total]) =>
      h("li", {}, text, total != null && h("span", { class: "margin" }, ` ${readable(total)}`)))));
}

// The parts of a panel, each still to be made: most panels are never opened.
function seen(photo, said, point, pointWord) {
  return [
    said.why?.some((evidence) => evidence?.map) && (() => filmstrip(photo, said, pointWord)),
    said.graph && (() => labelling(said, point)),
    said.boxes && (() => detections(said, point)),
    said.relations && (() => prepositions(said, point)),
    said.concepts && (() => part("Concepts", bars(said.concepts, 12))),
    said.triplets && (() => part("Object, action, scene",
      bars(said.triplets.map(([object, action, scene, score]) => [`${object}, ${action}, ${scene}`, score])))),
  ].filter(Boolean);
}
