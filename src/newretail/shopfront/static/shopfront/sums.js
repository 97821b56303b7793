// Another way of getting the goods costs something else: the sums beside the form are the server's own.

const form = document.getElementById("checkout");
const sums = document.getElementById("sums");
let asked = 0;

form.addEventListener("change", async ({ target }) => {
  if (!target.matches("input[type=radio][name$=way]")) return;
  const turn = ++asked;
  try {
    const answer = await fetch(sums.dataset.href, { method: "POST", body: new FormData(form), credentials: "same-origin" });
    if (!answer.ok || turn !== asked) return;
    sums.innerHTML = await answer.text();
    document.getElementById("total").textContent = sums.querySelector("[data-total]").dataset.total;
  } catch {
    // No line: the order is priced by the way that is sent with it, and the page names what each way costs.
  }
});
