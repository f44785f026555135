// Pages work without this. With it, opening a text to send copies it too.

function selected(place) {
  const range = document.createRange();
  range.selectNodeContents(place);
  const selection = getSelection();
  selection.removeAllRanges();
  selection.addRange(range);
}

async function copied(place) {
  const said = document.createElement("small");
  said.setAttribute("role", "status");
  said.className = "note";
  place.after(said);
  try {
    await navigator.clipboard.writeText(place.textContent);
    said.textContent = place.dataset.copy;
  } catch {
    selected(place);
  }
  setTimeout(() => said.remove(), 4000);
}

for (const place of document.querySelectorAll("[data-copy]")) {
  const around = place.closest("details");
  around.addEventListener("toggle", () => around.open && copied(place));
}
