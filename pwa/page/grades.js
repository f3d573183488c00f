// How an answer went, from what the question itself says of its options: {id, grade, place}. Pure, and the only place that knows it.
// A grade is "best", "could" or "avoid"; "" is not answered yet. There is no score, only whether enough of it would work.

const FIFTHS = 4; // of five

export function grade(kind, options, chosen) {
  if (!chosen.length) return "";
  if (kind === "order") return options.every(({ id, place }) => chosen[place - 1] === id) ? "best" : "avoid";
  const grades = options.filter(({ id }) => chosen.includes(id)).map((option) => option.grade);
  if (grades.includes("avoid")) return "avoid";
  const missed = options.some((option) => option.grade === "best" && !chosen.includes(option.id));
  return kind === "many" && missed ? "could" : grades[0];
}

export const enough = (grades) => grades.filter((each) => each && each !== "avoid").length * 5 >= FIFTHS * grades.length;
