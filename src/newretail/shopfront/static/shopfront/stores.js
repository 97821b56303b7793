// Stores near where the visitor is. Asked only when they press the button; about a kilometre is near enough to send.

const button = document.querySelector(".locate");
const refused = document.querySelector(".locate-refused");

if (navigator.geolocation && window.isSecureContext) {
  button.hidden = false;
  button.addEventListener("click", () => {
    button.disabled = true;
    refused.textContent = "";
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        const here = new URL(location.pathname, location.href);
        here.searchParams.set("at", `${coords.latitude.toFixed(2)},${coords.longitude.toFixed(2)}`);
        here.searchParams.set("next", button.form.elements.next.value);
        location.assign(here);
      },
      () => {
        button.disabled = false;
        refused.textContent = button.dataset.refused;
      },
      { timeout: 10_000, maximumAge: 600_000 },
    );
  });
}
