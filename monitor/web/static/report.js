// The pages of a report work without this. With it, a cell that is opened is not hidden by what is
// said of it, and closing that leads back to where one was.

let left = null;

for (const link of document.querySelectorAll(".form td a[href^='#'], .prose .refs a[href^='#']")) {
  link.addEventListener("click", () => {
    left = { link, place: link.closest("td[id]")?.id, x: scrollX, y: scrollY };
  });
}

addEventListener("hashchange", () => {
  const panel = document.querySelector(".panels li:target");
  if (!panel || !left) return;
  const under = left.link.getBoundingClientRect().bottom - panel.getBoundingClientRect().top;
  if (under > 0) scrollBy(0, under + 16);
});

for (const close of document.querySelectorAll(".panels .close")) {
  close.addEventListener("click", (event) => {
    if (!left) return;
    event.preventDefault();
    location.hash = left.place ?? close.hash;
    scrollTo(left.x, left.y);
    left.link.focus({ preventScroll: true });
  });
}
