// Which photos are shown, in which order; cards are made a few at a time as they come near the screen.

const index = JSON.parse(document.getElementById("index").textContent);
const cards = document.getElementById("cards");
const more = document.getElementById("more");
const order = document.getElementById("order");
const filter = document.getElementById("filter");
const together = document.getElementById("references");
const chunk = 12;

const photos = index.photos.map((photo, position) => ({
  photo, position,
  text: [photo.id, ...photo.said.filter((text) => text != null), ...photo.references].join("\n").toLowerCase(),
}));
const byId = new Intl.Collator("en", { numeric: true });

// Highest (or lowest) first; photos without the number come last, equals by id.
function by(value, sign) {
  return (a, b) => {
    const [one, other] = [value(a.photo), value(b.photo)];
    if (one == null || other == null) return (one == null) - (other == null) || byId.compare(a.photo.id, b.photo.id);
    return sign * (one - other) || byId.compare(a.photo.id, b.photo.id);
  };
}

const orders = new Map([["id", ["By id", (a, b) => byId.compare(a.photo.id, b.photo.id)]]]);
if (index.photos.some((photo) => photo.apart != null)) {
  orders.set("disagreed", ["Most disagreement first", by((photo) => photo.apart, -1)]);
  orders.set("agreed", ["Least disagreement first", by((photo) => photo.apart, 1)]);
}
if (index.metric)
  index.systems.forEach(({ title }, system) => {
    if (!index.photos.some((photo) => photo.scores[system] != null)) return;
    orders.set(`best/${title}`, [`${title}: best score first`, by((photo) => photo.scores[system], -1)]);
    orders.set(`worst/${title}`, [`${title}: worst score first`, by((photo) => photo.scores[system], 1)]);
  });
order.append(...[...orders].map(([key, [name]]) => h("option", { value: key }, name)));
order.value = orders.has("disagreed") ? "disagreed" : "id";
order.parentElement.hidden = orders.size < 2;

const near = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && next(),
  { rootMargin: "1200px" });
let listed = [];
let made = 0;

async function next() {
  const [list, batch] = [listed, listed.slice(made, made + chunk)];
  made += batch.length;
  const ready = await Promise.all(batch.map(({ photo, position }) => card(index, photo, position)));
  if (list !== listed) return; // another list was asked for meanwhile
  cards.append(...ready);
  more.hidden = made >= listed.length;
  near.unobserve(more); // observed anew, it reports again if it is still near
  near.observe(more);
}

function list() {
  const wanted = filter.value.trim().toLowerCase();
  listed = photos.filter(({ text }) => text.includes(wanted)).sort(orders.get(order.value)[1]);
  made = 0;
  cards.replaceChildren();
  const all = photos.length.toLocaleString("en");
  document.getElementById("count").value =
    listed.length === photos.length ? `${all} photograph${photos.length === 1 ? "" : "s"}` : `${listed.length.toLocaleString("en")} of ${all}`;
  return next();
}

// The list as it stands, or in the order named; made when it is first looked at.
function showPhotos(wanted) {
  if (orders.has(wanted) && wanted !== order.value) order.value = wanted;
  else if (listed.length) return;
  list();
}

let waiting;
filter.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(list, 120);
});
order.addEventListener("change", () => location.replace(`#photos/${order.value.split("/").map(encodeURIComponent).join("/")}`));
order.addEventListener("change", list);
together?.addEventListener("change", () =>
  cards.querySelectorAll(".references").forEach((people) => { people.open = together.checked; }));
document.getElementById("tools").addEventListener("submit", (event) => event.preventDefault());
more.addEventListener("click", next);
