// Shortcuts, copying of ids and local times. Everything works without it.
for (const time of document.querySelectorAll("time[datetime]")) {
  const local = new Date(time.dateTime);
  if (!Number.isNaN(+local) && time.dateTime.includes("T") && local.getTimezoneOffset() !== 0)
    time.title = `${local.toLocaleString()} where you are`;
}

for (const button of document.querySelectorAll("button[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = "copied";
  });
}

let isGoing = false;
const rows = () => [...document.querySelectorAll("tbody th[scope=row] a")];
const move = (step) => {
  const links = rows();
  const at = links.indexOf(document.activeElement);
  links[Math.min(links.length - 1, Math.max(0, at + step))]?.focus();
};
const keys = {
  "/": () => document.getElementById("search")?.focus(),
  j: () => move(1),
  k: () => move(-1),
  "?": () => document.querySelector("header a[data-key=h]")?.click(),
};
document.addEventListener("keydown", (event) => {
  const { target, key } = event;
  if (
    event.ctrlKey ||
    event.metaKey ||
    event.altKey ||
    target.closest("input,textarea,select,[contenteditable]")
  )
    return;
  if (isGoing) {
    isGoing = false;
    const link = document.querySelector(`header a[data-key="${CSS.escape(key)}"]`);
    if (link) link.click();
    return;
  }
  if (key === "g") {
    isGoing = true;
    setTimeout(() => {
      isGoing = false;
    }, 1500);
    return;
  }
  if (keys[key]) {
    event.preventDefault();
    keys[key]();
  }
});
