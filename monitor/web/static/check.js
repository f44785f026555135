// The pages work without this. With it, one that waits looks again by itself, and files may be
// dropped anywhere.

const waits = document.querySelector("[data-again]");
if (waits) setTimeout(() => location.reload(), Number(waits.dataset.again));

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
