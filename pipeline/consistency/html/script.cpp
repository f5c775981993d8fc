#include "pipeline/consistency/html/script.h"

namespace flowreel::html {

Markup script() {
  return R"js(
for (const clip of document.querySelectorAll(".clip")) {
  const curves = [...clip.querySelectorAll(".curve")].map(figure => ({
    hits: [...figure.querySelectorAll(".hits path")],
    cursor: figure.querySelector(".cursor"),
    output: figure.querySelector("output"),
  }));
  let shown = -1;
  const show = column => {
    if (column === shown) return;
    shown = column;
    for (const {hits, cursor, output} of curves) {
      const hit = hits[column];
      cursor.setAttribute("d", hit ? hit.getAttribute("d") : "M0 0");
      output.textContent = hit ? hit.textContent : "";
    }
  };
  clip.addEventListener("pointerover", event => {
    const hit = event.target.closest(".hits path");
    show(hit ? [...hit.parentNode.children].indexOf(hit) : -1);
  });
  clip.addEventListener("pointerleave", () => show(-1));
}
)js";
}

}  // namespace flowreel::html
