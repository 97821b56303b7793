// The line is back: load the page that was asked for.
addEventListener("online", () => location.reload());
