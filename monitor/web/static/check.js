// The pages work without this. With it, one that waits looks again by itself, and files may be
// dropped anywhere.

const waits = document.querySelector("[data-again]");
if (waits) setTimeout(() => location.reload(), Number(waits.dataset.again));

// A file that takes seconds to make: the link says so until it is there.
for (const link of document.querySelectorAll("a[data-making]")) {
  link.addEventListener("click", async (event) => {
    event.preventDefault();
    if (link.getAttribute("aria-disabled")) return;
    const said = link.textContent;
    link.setAttribute("aria-disabled", "true");
    link.setAttribute("role", "status");
    link.textContent = link.dataset.making;
    try {
      const answer = await fetch(link.href, { cache: "no-store" });
      if (!answer.ok) throw new Error(String(answer.status));
      const named = answer.headers.get("content-disposition").split("''")[1];
      const taken = document.createElement("a");
      taken.href = URL.createObjectURL(await answer.blob());
      taken.download = decodeURIComponent(named);
      taken.click();
      setTimeout(() => URL.revokeObjectURL(taken.href), 60000);
    } catch {
      location.assign(link.href); // the answer says what is wrong
    }
    link.removeAttribute("aria-disabled");
    link.removeAttribute("role");
    link.textContent = said;
  });
}

const files = document.getElementById("files");
if (files) {
  addEventListener("dragover", (event) => {
    event.preventDefault();
    files.closest("p").classList.add("over");
  });
  addEventListener("dragleave", () => files.closest("p").classList.remove("over"));
  addEventListener("drop", (event) => {
    event.preventDefault();
    files.closest("p").classList.remove("over");
    if (!event.dataTransfer.files.length) return;
    files.files = event.dataTransfer.files;
    files.form.requestSubmit();
  });
}
