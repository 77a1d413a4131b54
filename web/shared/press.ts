// A click is a press and a release on the same element. What is drawn anew between the two takes the click with it, and a
// selection of text that is being made: such a drawing waits until the button is up.

type Work = () => void;

let pressed = false;
// The newest of each owner: what is older would only be drawn over.
const waiting = new Map<object, Work>();

function released(): void {
  pressed = false;
  const all = [...waiting.values()];
  waiting.clear();
  for (const work of all) work();
}

// The click comes after the release, in the same task.
const releaseLater = () => void setTimeout(released);

const OPTIONS = { capture: true, passive: true };
document.addEventListener("pointerdown", (event) => { pressed ||= event.button === 0; }, OPTIONS);
for (const end of ["pointerup", "pointercancel"] as const) document.addEventListener(end, releaseLater, OPTIONS);
// A release outside of the window, or over a menu of the browser, is told by what comes after it.
document.addEventListener("pointermove", (event) => { if (pressed && event.buttons === 0) releaseLater(); }, OPTIONS);
window.addEventListener("blur", releaseLater);

// Does the work now, or when nothing is pressed any more.
export function unpressed(owner: object, work: Work): void {
  if (pressed) waiting.set(owner, work);
  else work();
}
