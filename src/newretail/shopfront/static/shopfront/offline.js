// Looks whether the line is back, at once when the browser thinks so and else ever more rarely; then loads the page that
// was asked for. What a browser calls online may still be a dead line, so it is the shop that has to answer.
const LONGEST = 60_000;
let pause = 2_000;
let timer = setTimeout(look, pause);

async function look() {
  clearTimeout(timer);
  try {
    const answer = await fetch("/healthz", { cache: "no-store" });
    if (answer.ok) return location.reload();
  } catch {
    // Still no line.
  }
  pause = Math.min(pause * 2, LONGEST);
  timer = setTimeout(look, pause);
}

addEventListener("online", look);
