// Opens the evidence on a narrow screen and marks the number whose evidence is shown. Everything works without it.
"use strict";
document.documentElement.classList.add("js");
const panel = document.querySelector(".evidence");
if (panel) {
  const close = panel.querySelector(".close");
  let now = null;
  const leave = () => {
    panel.classList.remove("open");
    if (now) now.focus();
  };
  close.hidden = false;
  close.addEventListener("click", leave);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && panel.classList.contains("open")) leave();
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[target=evidence]");
    if (!link) return;
    if (now) now.classList.remove("now");
    now = link;
    now.classList.add("now");
    panel.classList.add("open");
  });
}
