// Pages work without this. With it, opening a text to send copies it too.

const words = document.getElementById("content").dataset;

async function copied(place) {
  const said = place.parentElement.querySelector("[role=status]");
  try {
    await navigator.clipboard.writeText(place.value);
    said.textContent = words.copied;
  } catch {
    place.select();
    said.textContent = "";
  }
}

for (const place of document.querySelectorAll("textarea.to-copy")) {
  const around = place.closest("details");
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = words.copy;
  const said = document.createElement("small");
  said.setAttribute("role", "status");
  said.className = "note";
  place.after(button, " ", said);
  button.addEventListener("click", () => copied(place));
  if (around) around.addEventListener("toggle", () => around.open && copied(place));
}
