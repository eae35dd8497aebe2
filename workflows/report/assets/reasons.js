// Why a score is missing, beside the dash that stands for it.

const reason = document.getElementById("reason");

function tell(event) {
  const dash = event.target.closest?.("[data-reason]");
  reason.hidden = !dash;
  if (!dash) return;
  reason.textContent = dash.dataset.reason;
  const place = dash.getBoundingClientRect();
  reason.style.left = `${Math.max(8, Math.min(place.left, innerWidth - reason.offsetWidth - 8))}px`;
  reason.style.top = `${place.bottom + 6}px`;
}

for (const kind of ["pointerover", "focusin", "click"]) document.addEventListener(kind, tell);
document.addEventListener("keydown", (event) => event.key === "Escape" && (reason.hidden = true));
addEventListener("scroll", () => { reason.hidden = true; }, { passive: true, capture: true });
