// One photo with every system's caption: words to point at, panels to open, one drawing over the photo.

// `alone` is true in the photo's own view, where it is large, has no heading of its own, and people's words are open.
async function card(index, photo, position, alone = false) {
  const [picture, letters] = block(position);
  const saids = await unpacked(letters);
  const whole = { ...photo, picture };
  const figure = frame(whole, photo.references.length ? `Photo ${photo.id}: ${photo.references[0]}` : `Photo ${photo.id}`);
  const why = h("div", { class: "why", "aria-live": "polite" });
  let opened = null; // the system whose boxes are shown
  let pinned = null; // the word [system, place] that was tapped or reached by key
  let shown = "";

  function draw(word, about = null) {
    const key = JSON.stringify([word, about, opened]);
    if (key === shown) return;
    shown = key;
    figure.querySelectorAll(".shade, .drawing").forEach((layer) => layer.remove());
    article.querySelectorAll(".word.on").forEach((one) => one.classList.remove("on"));
    const system = word ? word[0] : opened;
    const said = saids[system];
    const evidence = word && said.why?.[word[1]];
    const lit = about?.lit ?? (evidence?.box != null ? [evidence.box] : []);
    const boxes = (said?.boxes ?? []).filter((box) => lit.includes(box.at) || (system === opened && !word));
    const layers = outlines(whole, boxes, lit);
    if (about?.arrow) {
      const [from, to] = about.arrow.slice(0, 2).map((at) => boxes.find((box) => box.at === at));
      if (from && to) layers.push(arrow(whole, from, to, about.arrow[2]));
    }
    if (evidence?.map) figure.append(shade(evidence.map));
    if (layers.length) figure.append(drawing(whole, layers));
    why.replaceChildren(...(word ? explanation(said, word[1]).flat(Infinity).filter(Boolean) : []));
    if (word) article.querySelector(`[data-word="${word.join(" ")}"]`)?.classList.add("on");
  }

  function pin(word) {
    pinned = word;
    draw(pinned);
  }

  function move(event, system, place) {
    const list = event.currentTarget.parentElement;
    const words = [...list.querySelectorAll(".word")];
    const lists = [...article.querySelectorAll(".caption[role=listbox]")];
    const line = lists.indexOf(list);
    const target = {
      ArrowRight: words[place + 1], ArrowLeft: words[place - 1], Home: words[0], End: words.at(-1),
      ArrowDown: lists[line + 1]?.querySelector("[tabindex='0']"), ArrowUp: lists[line - 1]?.querySelector("[tabindex='0']"),
      Enter: words[place], " ": words[place],
    }[event.key];
    if (event.key === "Escape") pin(null);
    else if (target) {
      event.preventDefault();
      target.focus({ preventScroll: event.key.startsWith("Arrow") && target.parentElement === list });
      if (target === words[place]) pin([system, place]);
    } else return;
    event.stopPropagation();
  }

  function caption(said, system) {
    const list = h("p", { class: "caption", role: "listbox", "aria-orientation": "horizontal",
      "aria-label": `${index.systems[system].title}: ${photo.said[system]}`,
      onpointerleave: (event) => event.pointerType === "mouse" && draw(pinned) });
    said.pieces.forEach((piece, at) => {
      if (at % 2 === 0) return list.append(piece);
      const place = (at - 1) / 2;
      const word = [system, place];
      list.append(h("span", { class: `word ${grounding(said, place)}`, role: "option", "aria-selected": "false",
        tabindex: place === 0 ? 0 : -1, "data-word": word.join(" "),
        onpointerenter: (event) => event.pointerType === "mouse" && draw(word),
        onclick: (event) => event.currentTarget.focus(),
        onfocus: (event) => {
          list.querySelectorAll(".word").forEach((one) => {
            one.tabIndex = one === event.currentTarget ? 0 : -1;
            one.setAttribute("aria-selected", String(one === event.currentTarget));
          });
          pin(word);
        },
        onblur: () => pin(null),
        onkeydown: (event) => move(event, system, place) }, piece));
    });
    return list;
  }

  function about(title, text = title.title) {
    return index.compares ? h("a", { href: `#system/${encodeURIComponent(title.title)}` }, text) : text;
  }

  function line(title, system) {
    const said = saids[system];
    const marks = [title.human && "human", title.oracle.length > 0 && "oracle"].filter(Boolean)
      .map((mark) => h("span", { class: "mark" }, mark));
    const score = photo.scores[system];
    if (!said) return h("li", { class: "line silent" },
      h("div", { class: "who" }, about(title), marks), h("p", { class: "caption" }, "said nothing of this photo"));
    const point = (about) => {
      if (about) opened = system;
      draw(null, about);
    };
    const parts = seen(whole, said, point, (place) => article.querySelector(`[data-word="${system} ${place}"]`).focus());
    if (index.compares && said.others) parts.push(others);
    const knows = parts.length > 0;
    if (knows && index.compares) parts.push(() => h("p", {}, about(title, `All about ${title.title}`)));
    const panel = h("div", { class: "panel", hidden: true });
    const toggle = h("button", { type: "button", class: "toggle", "aria-expanded": "false",
      title: "What stands behind this caption", onclick: () => {
        const open = panel.hidden;
        panel.hidden = !open;
        toggle.setAttribute("aria-expanded", String(open));
        if (!panel.hasChildNodes()) panel.append(...parts.map((make) => make(said)));
        opened = open && said.boxes ? system : opened === system ? null : opened;
        draw(pinned);
      } }, index.compares ? title.title : "What stands behind it");
    if (!index.compares) return h("li", { class: "line alone" }, caption(said, system), said.others && others(said), knows && [toggle, panel]);
    return h("li", { class: "line" },
      h("div", { class: "who" }, knows ? toggle : about(title), marks),
      caption(said, system),
      index.metric && h("span", { class: "score", title: score == null ? "not scored on this photo" : index.metric }, readable(score)),
      knows && panel);
  }

  const people = photo.references.length > 0 && h("details", { class: "references", open: alone || document.getElementById("references")?.checked },
    h("summary", {}, `${photo.references.length} reference${photo.references.length === 1 ? "" : "s"}`),
    h("ul", {}, photo.references.map((text) => h("li", {}, text))));
  const here = `#photo/${encodeURIComponent(photo.id)}`;
  const article = h("article", { class: alone ? "card large" : "card", "aria-label": `Photo ${photo.id}` },
    !alone && h("h2", { class: "unseen" }, `Photo ${photo.id}`),
    h("figure", {}, alone ? figure : h("a", { href: here, class: "enlarge" }, figure),
      h("figcaption", {}, alone ? h("span", {}, `${photo.size[0]} × ${photo.size[1]}`) : h("a", { href: here }, photo.id),
        photo.apart != null && h("span", {}, `disagreement ${readable(photo.apart)}`)),
      why),
    h("div", {}, h("ul", { class: "lines" }, index.systems.map(line)), people));
  return article;
}
