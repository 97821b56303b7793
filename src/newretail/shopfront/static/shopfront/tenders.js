// Choosing how to pay: Enter in the field of the gift card puts the card in, and does not send the whole form.
for (const field of document.querySelectorAll("[name=pay_card]")) {
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    field.form.querySelector("[name=pay_use_card]").click();
  });
}
