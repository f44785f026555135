// A page that tells how far something is asks anew by itself.

const OFTEN = 1000;

async function renewed() {
  const here = document.querySelector("[data-live]");
  if (!here) return;
  try {
    const answer = await fetch(location.href, { cache: "no-store" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const there = page.getElementById(here.id);
    if (!there) {
      location.reload();
      return;
    }
    if (there.innerHTML !== here.innerHTML && !here.contains(document.activeElement)) {
      here.replaceChildren(...document.importNode(there, true).childNodes);
    }
    if (!there.hasAttribute("data-live")) {
      here.replaceChildren(...document.importNode(there, true).childNodes);
      here.removeAttribute("data-live");
      document.title = page.title;
      return;
    }
  } catch {
    // It can't be reached now; it is asked again.
  }
  setTimeout(renewed, OFTEN);
}

setTimeout(renewed, OFTEN);
