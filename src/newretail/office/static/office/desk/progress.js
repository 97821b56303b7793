// Waits for an import: moves the bar, and shows the outcome as soon as there is one.
const box = document.getElementById("working");
const bar = document.getElementById("progress");

async function look() {
  try {
    const answer = await fetch(box.dataset.url, { headers: { Accept: "application/json" } });
    const state = await answer.json();
    if (!state.working) return location.reload();
    bar.max = Math.max(state.total, 1);
    bar.value = state.done;
  } catch {
    // The next look may find the server again.
  }
  setTimeout(look, 1000);
}

if (box && bar) setTimeout(look, 500);
