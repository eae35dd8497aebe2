// Why one word was said, in a sentence, numbers and light, whichever family of systems wrote it.

const reasons = {
  attention: "where the model looked while saying it",
  detection: "names what was detected here",
  attribute: "describes what was detected here",
  potential: "chosen by these potentials",
  template: "part of the sentence frame",
  ngram: "put there by the language model",
  state: "chosen from the whole photo, seen once, and the words before",
  pointing: "where it looked; a word with a box was copied from that box, another chosen from the vocabulary",
  alignment: "lies on the region that this word fits best",
  model: "written by a model that does not tell its reasons",
  neighbour: "borrowed from what people said of a photo that looks like this one",
  triplet: "borrowed from what people said of another photo that means what this one seems to mean",
  reference: "a person wrote it",
  file: "read from a file, which says nothing of its reasons",
};

// What a single number of a word means, where it is a share.
const numbers = {
  sentinel: (share) => `The sentinel holds ${percent(share)}: so much of the word came from the sentence so far, the rest from the photo.`,
  gate: (share) => `The gate let ${percent(share)} of what was looked at through.`,
};

function reasonOf(said, evidence) {
  if (!evidence) return said.reference != null ? reasons.reference : "nothing was recorded for this word";
  return reasons[evidence.kind] ?? `evidence: ${evidence.kind}`;
}

function explanation(said, place) {
  const evidence = said.why?.[place];
  const chance = said.chances?.[place];
  const box = evidence?.box != null && said.boxes?.find((one) => one.at === evidence.box);
  const lines = [];
  if (evidence?.map) {
    const [rows, columns, strongest] = evidence.map;
    lines.push(`Its strongest place, of ${rows} × ${columns}, holds ${percent(strongest)} of the attention;`
      + ` even attention would give it ${percent(1 / (rows * columns))}.`);
  }
  if (box) lines.push(`Box ${box.at + 1}, ${box.stuff ? "stuff" : "a thing"}${box.labels.length ? ":" : "."}`);
  for (const [name, value] of evidence?.terms ?? []) if (numbers[name] && value != null) lines.push(numbers[name](value));
  return [
    h("p", {}, h("b", {}, said.pieces[2 * place + 1]), " ", h("span", {}, reasonOf(said, evidence)),
      chance != null && h("span", { class: "chance" }, ` · p ${readable(chance)}`)),
    lines.map((line) => h("p", {}, line)),
    box && box.labels.length > 0 && bars(box.labels, 3),
    evidence?.terms && bars(evidence.terms, 6),
  ];
}

// How a word is underlined: by what stands behind it.
function grounding(said, place) {
  const evidence = said.why?.[place];
  if (!evidence) return "";
  if (evidence.box != null) {
    const box = said.boxes?.find((one) => one.at === evidence.box);
    return box?.stuff ? "stuff" : "thing";
  }
  return evidence.terms && !evidence.map ? "terms" : "";
}
