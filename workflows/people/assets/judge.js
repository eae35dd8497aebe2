// Asks one question after the other; every answer is kept at once, and saved to a file when the judge wants it.

const { id: page, questions } = JSON.parse(document.getElementById("index").textContent);
const pictures = JSON.parse(document.getElementById("pictures").textContent);
const at = Object.fromEntries([...document.querySelectorAll("[id]")].map((node) => [node.id, node]));
const sides = [...document.querySelectorAll(".side")];
const place = `captionloom judge ${page}`;
const SETTLE = 200; // milliseconds in which a second tap is meant for the question before
const state = kept();
let shown = 0, since = 0, spent = 0;

function kept() {
  try {
    const found = JSON.parse(localStorage.getItem(place));
    if (found?.answers) return found;
  } catch { /* nothing was kept, or nothing can be */ }
  return { judge: "", answers: {} };
}

function keep() {
  try {
    localStorage.setItem(place, JSON.stringify(state));
  } catch {
    at.kept.textContent = "This browser keeps nothing: save your answers before you close the page.";
  }
}

const open = () => questions.findIndex((question) => !state.answers[question.id]);

function show(next) {
  const done = next < 0, answered = Object.keys(state.answers).length;
  shown = done ? questions.length : next;
  at.question.hidden = done;
  at.done.hidden = !done;
  at.ask.hidden = done;
  at.bar.value = answered;
  at.progress.textContent = done ? `All ${answered} answered` : `Question ${shown + 1} of ${questions.length}`;
  if (!done) {
    const question = questions[shown], given = state.answers[question.id];
    at.photo.src = pictures[question.photo];
    for (const button of sides) {
      const side = Number(button.dataset.side);
      if (side) button.lastElementChild.textContent = question.captions[side - 1];
      button.setAttribute("aria-pressed", given?.choice === side);
    }
    at.back.disabled = shown === 0;
    window.scrollTo(0, 0);
  }
  since = performance.now();
  spent = 0;
}

function answer(side) {
  const question = questions[shown], passed = spent + performance.now() - since;
  if (!question || passed < SETTLE) return;
  const before = state.answers[question.id]?.seconds ?? 0;
  state.answers[question.id] = { choice: side, seconds: Math.round((before + passed / 1000) * 100) / 100 };
  keep();
  document.activeElement?.blur();
  show(open());
}

function back() {
  if (shown > 0) show(shown - 1);
}

function save(event) {
  event.preventDefault();
  const answers = questions.filter(({ id }) => state.answers[id]).map(({ id }) => ({ question: id, ...state.answers[id] }));
  const judge = state.judge.trim();
  if (!judge) return at.judge.focus();
  const file = new Blob([JSON.stringify({ page, judge, answers }, null, 1)], { type: "application/json" });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = `answers-${page}-${judge.replace(/[^\p{L}\p{N}]+/gu, "-")}.json`;
  link.click();
  at.kept.textContent = `${answers.length} of ${questions.length} answers saved as ${link.download}.`;
}

for (const button of sides) button.addEventListener("click", () => answer(Number(button.dataset.side)));
at.back.addEventListener("click", back);
at.review.addEventListener("click", back);
at.save.addEventListener("submit", save);
at.judge.value = state.judge;
at.judge.addEventListener("input", () => { state.judge = at.judge.value; keep(); });
document.addEventListener("keydown", (event) => {
  if (event.target === at.judge || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
  if (["0", "1", "2"].includes(event.key)) answer(Number(event.key));
  else if (event.key === "ArrowLeft") back();
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden) spent += performance.now() - since;
  since = performance.now();
});
show(open());
