#include "pipeline/consistency/html/style_sheet.h"

namespace flowreel::html {

namespace {

// First colours, then the page from top to bottom, then drawings, then paper. Every colour that
// carries text has a contrast of at least 4.5 to 1 to its ground.
constexpr char kStyle[] = R"css(
:root {
  --paper: #fcfbf8; --band: #f3f1ec; --rule: #dedad2; --ink: #1d1f23; --soft: #5b6068;
  --line: #24588f; --bad: #a2371b; --good: #1d6546;
  --serif: Charter, "Bitstream Charter", "Sitka Text", Cambria, Georgia, serif;
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", Menlo, monospace;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: #15171a; --band: #1e2125; --rule: #34383e; --ink: #e7e5e0; --soft: #a6abb3;
    --line: #8dbaf0; --bad: #f2a48e; --good: #86cfaa;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; -webkit-text-size-adjust: 100%; }
body {
  margin: 0 auto; max-width: 78rem; padding: 2.5rem clamp(1rem, 3vw, 2rem) 4rem;
  background: var(--paper); color: var(--ink); overflow-wrap: break-word;
  font: 0.9375rem/1.55 system-ui, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
  font-variant-numeric: tabular-nums lining-nums;
}
a { color: inherit; text-decoration: underline; text-decoration-color: var(--rule);
  text-underline-offset: 0.2em; }
a:hover { text-decoration-color: currentColor; }
a:focus-visible, [tabindex]:focus-visible { outline: 2px solid var(--line); outline-offset: 2px; }
h1, h2, h3, h4, p, ul, dl, figure { margin: 0; padding: 0; }
h1, h2 { font-family: var(--serif); font-weight: 600; line-height: 1.2; }
h1 { font-size: 2.25rem; letter-spacing: -0.01em; overflow-wrap: anywhere; }
h2 { font-size: 1.5rem; margin-bottom: 0.75rem; overflow-wrap: anywhere; }
h3 { font-size: 1rem; margin: 2rem 0 0.5rem; }
h4 { font-size: 0.8125rem; font-weight: 600; color: var(--soft); margin: 1.25rem 0 0.5rem; }
main > section { margin-top: 2.5rem; }
main > .clip, #definitions, #environment, #comparison {
  margin-top: 3.5rem; padding-top: 1.5rem; border-top: 1px solid var(--rule);
}
.over { color: var(--soft); margin-bottom: 0.25rem; }
.quiet, .facts, small, .unit { color: var(--soft); }
.facts { font-size: 0.875rem; overflow-wrap: anywhere; }
.aside { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
  white-space: nowrap; }
code { font-family: var(--mono); font-size: 0.86em; }
nav ul { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; list-style: none; margin-top: 1rem;
  padding: 0.5rem 0; border-block: 1px solid var(--rule); font-size: 0.875rem; }
nav li { max-width: 100%; overflow-wrap: anywhere; }

.remarks { list-style: none; display: grid; gap: 0.5rem; }
#comparison .remarks, #comparison .hint { margin-top: 0.75rem; }
.remarks li { display: grid; grid-template-columns: 4.75rem 1fr; gap: 0.25rem 0.75rem;
  align-items: baseline; overflow-wrap: anywhere; white-space: pre-line; }
.tag { display: inline-block; padding: 0 0.4em; border: 1px solid currentColor; border-radius: 2px;
  font-size: 0.75rem; line-height: 1rem; color: var(--soft); justify-self: start; }
.guard .tag, .static .tag, .facts + p .tag { color: var(--bad); }

.scroll { overflow-x: auto; border-block: 1px solid var(--rule); }
.hint { color: var(--soft); font-size: 0.8125rem; margin-bottom: 0.75rem; max-width: 46rem; }
table { border-collapse: separate; border-spacing: 0; font-size: 0.875rem; min-width: 100%; }
th, td { padding: 0.375rem 0.875rem; text-align: right; vertical-align: top; line-height: 1.25rem;
  border-top: 1px solid var(--rule); }
thead th { border-top: 0; }
td { min-width: 8rem; max-width: 16rem; }
td bdi, th bdi { overflow-wrap: anywhere; }
td data { white-space: nowrap; }
.tight td, .tight thead th { min-width: 0; padding-inline: 0.6rem; }
.tight td { white-space: nowrap; } .tight td small { white-space: normal; }
.tight .words { min-width: 8.5rem; }
thead th { vertical-align: bottom; min-width: 8rem; max-width: 16rem; }
th[scope=row], th[scope=rowgroup], thead th:first-child { position: sticky; left: 0; z-index: 1;
  text-align: left; background: var(--paper); font-weight: 400; padding-left: 0; min-width: 9rem; }
th[scope=row] { border-right: 1px solid var(--rule); }
.family > * { padding-top: 1.125rem; }
.family + tr > * { border-top-color: var(--soft); }
th[scope=rowgroup] { font-weight: 600; font-size: 0.8125rem; color: var(--soft);
  white-space: nowrap; }
th .unit { white-space: nowrap; font-size: 0.8125rem; line-height: 1rem; }
td small { display: block; font-size: 0.75rem; line-height: 1rem; }
td.none { color: var(--soft); }
td.best data { font-weight: 700; }
.diamond { color: var(--good); font-size: 0.7rem; vertical-align: 0.1em; }
td.static data { color: var(--soft); }
.words { text-align: left; }
.good { color: var(--good); } .bad { color: var(--bad); }
.interval { width: 7.5rem; height: 1rem; display: block; }
.interval .zero { stroke: var(--soft); }
.interval .reach { stroke: var(--line); stroke-width: 1.5; fill: none; }
.interval circle { fill: var(--line); }

.strip { display: flex; gap: 0.5rem; overflow-x: auto; margin-top: 1.25rem;
  padding-bottom: 0.5rem; }
.strip figure { flex: none; }
.strip img { display: block; height: 5.25rem; width: auto; border-radius: 2px; }
figcaption { font-size: 0.8125rem; }
.strip figcaption, .pictures figcaption { color: var(--soft); font-size: 0.75rem;
  margin-top: 0.2rem; }

.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 0.25rem 1.5rem;
  font-size: 0.8125rem; }
.legend svg { width: 14px; height: 20px; vertical-align: -5px; margin-right: 0.3rem; }
.plots { display: grid; gap: 1.25rem 2rem;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, 20rem), 1fr)); }
.plot { min-width: 0; break-inside: avoid; }
.plot figcaption { display: flex; gap: 0.4rem; align-items: baseline; }
.plot figcaption .metric { font-weight: 600; text-decoration: none; }
.plot output { margin-left: auto; color: var(--soft); font-size: 0.75rem; text-align: right; }
.plot svg { display: block; width: 100%; height: auto; overflow: visible; margin-top: 0.25rem; }
.extent { font-size: 0.75rem; color: var(--soft); }
svg text { font-size: 10px; fill: var(--soft); }
svg .end { text-anchor: end; } svg .mid { text-anchor: middle; }
svg .grid { stroke: var(--rule); fill: none; }
svg .line { stroke: var(--line); stroke-width: 1.5; fill: none; stroke-linejoin: round;
  stroke-linecap: round; }
svg .dots { stroke-width: 4; }
svg .dot { fill: var(--line); }
svg .identity { stroke: var(--soft); stroke-dasharray: 4 3; fill: none; }
svg circle.worst { stroke: var(--bad); stroke-width: 1.5; fill: none; }
svg text.worst { fill: var(--bad); font-weight: 600; paint-order: stroke; stroke: var(--paper);
  stroke-width: 3px; }
svg .mark { stroke: var(--soft); fill: none; }
svg .chunk { stroke-dasharray: 2 3; }
svg .cut { stroke: var(--ink); fill: var(--ink); stroke-width: 1.25; }
svg .key { stroke: none; fill: var(--soft); }
svg .twin { stroke: var(--ink); stroke-width: 1.25; }
svg .edge { stroke: var(--soft); fill: var(--band); }
svg .cursor { stroke: var(--ink); fill: none; opacity: 0.6; }
svg .hits { stroke: var(--ink); stroke-opacity: 0; fill: none; pointer-events: stroke; }
svg .hits path:hover { stroke-opacity: 0.12; }

.transition { margin-top: 1.25rem; break-inside: avoid; }
.transition h4 { color: var(--ink); font-size: 0.9375rem; margin: 0; }
.transition h4 .quiet { font-weight: 400; }
.transition > p { font-size: 0.875rem; margin-bottom: 0.4rem; }
.pictures { display: grid; grid-template-columns: repeat(4, 1fr); gap: 0.75rem; }
.pictures img { display: block; width: 100%; height: auto; border-radius: 2px; }
.key { display: flex; gap: 0.75rem; align-items: center; font-size: 0.8125rem; color: var(--soft); }
.wheel { flex: none; width: 2.5rem; height: 2.5rem; border-radius: 50%;
  background: radial-gradient(closest-side, #fff, transparent),
    conic-gradient(from 90deg, #f00, #ff0, #0f0, #0ff, #00f, #f0f, #f00); }
.joints { display: flex; flex-wrap: wrap; gap: 1rem 2rem; align-items: flex-start; }
.plan { width: 10rem; }
dt { color: var(--soft); } dd { margin: 0 0 0.4rem; overflow-wrap: anywhere; }
.notes { display: grid; grid-template-columns: minmax(8rem, 14rem) 1fr; gap: 0.2rem 1.5rem;
  font-size: 0.875rem; }
.definitions { display: grid; gap: 1.75rem 2.5rem;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, 24rem), 1fr)); }
.definitions section { break-inside: avoid; font-size: 0.875rem; }
.definitions section:target { outline: 2px solid var(--line); outline-offset: 0.6rem; }
.definitions h3 { margin: 0; font-size: 0.9375rem; }
.formula { display: block; margin: 0.4rem 0; padding: 0.35rem 0.6rem; background: var(--band);
  overflow-wrap: anywhere; }

@media (max-width: 40rem) {
  body { padding-top: 1.5rem; }
  h1 { font-size: 1.75rem; }
  .remarks li { grid-template-columns: 1fr; }
  .pictures { grid-template-columns: 1fr 1fr; }
  th, td { padding-inline: 0.6rem; }
  th[scope=row], th[scope=rowgroup], thead th:first-child { min-width: 7.5rem; max-width: 42vw; }
  td, thead th { min-width: 7.5rem; }
  .tight td, .tight thead th { min-width: 0; }
  .notes { grid-template-columns: 1fr; }
}
@media print {
  body { max-width: none; padding: 0; font-size: 9.5pt; background: none; }
  nav, .plot output { display: none; }
  .scroll, .strip { overflow: visible; }
  .strip { flex-wrap: wrap; }
  .strip img { height: 3.75rem; }
  th { position: static !important; }
  table { font-size: 8pt; }
  td, thead th { min-width: 0; }
  h2, h3, h4 { break-after: avoid; }
  tr, .definitions section { break-inside: avoid; }
  .plots { grid-template-columns: repeat(3, 1fr); gap: 0.75rem 1rem; }
  img, svg, .wheel, .formula { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
)css";

}  // namespace

Markup style_sheet() { return kStyle; }

}  // namespace flowreel::html
