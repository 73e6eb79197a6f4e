// Opens the evidence on a narrow screen and marks the number whose evidence is shown; finds divisions by name.
// Everything can be read and followed without it.
"use strict";
document.documentElement.classList.add("js");

const panel = document.querySelector(".evidence");
if (panel) {
  const close = panel.querySelector(".close");
  const frame = panel.querySelector("iframe");
  const narrow = matchMedia("(max-width: 69.99rem)");
  let now = null;
  const leave = () => {
    panel.classList.remove("open");
    if (now) now.focus();
  };
  // The way back from the panel is the Back key of a phone, too.
  const goBack = () => (history.state === "evidence" ? history.back() : leave());
  close.hidden = false;
  close.addEventListener("click", goBack);
  addEventListener("popstate", () => {
    if (history.state !== "evidence" && panel.classList.contains("open")) leave();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && panel.classList.contains("open")) goBack();
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[target=evidence]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (now) now.classList.remove("now");
    now = link;
    now.classList.add("now");
    panel.querySelector(".shown").textContent = link.title || link.textContent;
    if (narrow.matches && !panel.classList.contains("open")) history.pushState("evidence", "");
    panel.classList.add("open");
    // In place of the last evidence, so that going back leaves the report and does not replay every click.
    frame.contentWindow.location.replace(link.href);
    event.preventDefault();
  });
}

for (const region of document.querySelectorAll(".scroll.latest")) region.scrollLeft = region.scrollWidth;

for (const input of document.querySelectorAll("input[data-filter]")) {
  input.parentElement.hidden = false;
  const groups = document.getElementById(input.dataset.filter).tBodies;
  input.addEventListener("input", () => {
    const wanted = input.value.trim().toLowerCase();
    for (const group of groups) {
      const [name, ...rows] = group.rows;
      const all = name.textContent.toLowerCase().includes(wanted);
      for (const row of rows) row.hidden = !all && !row.textContent.toLowerCase().includes(wanted);
      group.hidden = rows.every((row) => row.hidden);
    }
  });
}
