// The clock of the held goods: counts down by the server's time, speaks up at five minutes, at one, and when it is over.
const clock = document.querySelector(".clock");
const ends = Date.parse(clock.dataset.ends);
const offset = Date.parse(clock.dataset.now) - Date.now();
const left = clock.querySelector(".left");
const says = clock.querySelector("[role=status]");
let spoken = Infinity;

function say(mark, text) {
  if (mark >= spoken) return;
  spoken = mark;
  says.textContent = text;
}

function tick() {
  const seconds = Math.max(Math.ceil((ends - Date.now() - offset) / 1000), 0);
  const text = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  left.textContent = clock.dataset.left.replace("{}", text);
  if (seconds === 0) {
    clock.classList.add("over");
    left.textContent = clock.dataset.over;
    say(0, clock.dataset.over);
    return;
  }
  for (const minutes of [1, 5]) {
    if (seconds <= minutes * 60) {
      say(minutes, clock.dataset.minutes.replace("{}", minutes));
      break;
    }
  }
  setTimeout(tick, 1000 - ((Date.now() + offset) % 1000));
}

tick();
