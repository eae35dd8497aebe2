// The view of one photo, and pictures that lead to it.

const places = new Map(photos.map(({ photo }, position) => [photo.id, position]));
const alone = document.getElementById("photo");

// Its neighbours are those of the list as it is sorted and filtered, where it is part of it.
function beside(position) {
  const list = listed.some((one) => one.position === position) ? listed : photos;
  const place = list.findIndex((one) => one.position === position);
  return [[list[place - 1], "← Previous"], [list[place + 1], "Next →"]].map(([one, text]) =>
    one ? h("a", { href: `#photo/${encodeURIComponent(one.photo.id)}` }, text) : h("span", {}, text));
}

async function showPhoto(id) {
  const position = places.get(id);
  const found = position != null;
  const [before, after] = found ? beside(position) : [];
  alone.replaceChildren(...[
    h("nav", { class: "beside", "aria-label": "Photographs" }, before, h("a", { href: "#photos" }, "All photographs"), after),
    h("h1", { tabindex: -1 }, found ? `Photo ${id}` : "No such photo"),
    !found && h("p", {}, `The page has no photo ${id}.`)].filter(Boolean));
  if (!found) return;
  const made = await card(index, photos[position].photo, position, true);
  if (alone.querySelector("h1").textContent === `Photo ${id}`) alone.append(made);
}

// Fills the pictures of a view that is looked at.
function picture(view) {
  for (const spot of view.querySelectorAll("[data-photo]:empty")) {
    const photo = photos[places.get(spot.dataset.photo)]?.photo;
    if (photo) spot.append(frame({ ...photo, picture: block(places.get(photo.id))[0] }, `Photo ${photo.id}`));
  }
}
