// Which view is shown: what stands behind # says it, so that links, the back button and a copied address all work.

const main = document.getElementById("main");
const all = [...document.querySelectorAll(".view")];
const name = document.title;
const scrolled = new Map(); // address -> how far
let address = null;
let clicked = false;

function wanted() {
  try {
    return decodeURIComponent(location.hash.slice(1)) || main.dataset.home;
  } catch {
    return main.dataset.home; // not an address of this page
  }
}

async function show() {
  const [kind, ...rest] = wanted().split("/");
  const dynamic = kind === "photo" || kind === "photos";
  const target = document.getElementById(dynamic ? kind : wanted()) ?? document.getElementById(main.dataset.home);
  const view = target.closest(".view");
  if (!view) return target.focus();
  const first = address === null;
  const back = clicked ? undefined : scrolled.get(location.hash);
  clicked = false;
  address = location.hash;
  const moved = !view.classList.contains("now") || kind === "photo";
  all.forEach((one) => one.classList.toggle("now", one === view));
  if (kind === "photo") await showPhoto(rest.join("/"));
  if (kind === "photos") showPhotos(rest.join("/"));
  picture(view);
  for (const link of document.querySelectorAll("[data-view]")) {
    if (link.dataset.view === view.id.split("/")[0]) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  const heading = view.querySelector("h1");
  document.title = view.id === main.dataset.home ? name : `${heading.textContent} · ${name}`;
  if (back !== undefined) scrollTo(0, back);
  else if (target !== view) target.scrollIntoView();
  else if (moved) scrollTo(0, 0);
  if (moved && !first && target === view) heading.focus({ preventScroll: true });
}

history.scrollRestoration = "manual";
document.addEventListener("click", (event) => { clicked = Boolean(event.target.closest?.("a[href^='#']")); }, true);
addEventListener("scroll", () => scrolled.set(address, scrollY), { passive: true });
addEventListener("hashchange", show);
show();
