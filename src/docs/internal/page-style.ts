/** The style of the WebSocket reference: one column to read, a list of contents beside it where there is room. */
export const PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --text: #1d2433; --soft: #5a6478; --line: #dfe3ea; --page: #fff; --raised: #f5f7fa; --accent: #1a5fd0;
}
@media (prefers-color-scheme: dark) {
  :root { --text: #dfe4ee; --soft: #97a1b5; --line: #2c3342; --page: #12151c; --raised: #1a1f29; --accent: #7fb0ff; }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body {
  margin: 0; display: grid; grid-template-columns: 16rem minmax(0, 56rem); gap: 3rem; padding: 0 2rem;
  font: 1rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif;
  color: var(--text); background: var(--page);
}
a { color: var(--accent); text-decoration: none; }
a:hover { text-decoration: underline; }
h1 { font-size: 2rem; line-height: 1.2; margin: 2.5rem 0 1rem; }
h2 { font-size: 1.5rem; margin: 4rem 0 .75rem; padding-top: 1rem; border-top: 1px solid var(--line); }
h3 { font-size: 1.1rem; margin: 2.25rem 0 .75rem; }
h4 { font-size: 1rem; margin: 0; }
h2 a, h3 a, h4 a { color: inherit; }
.message > :first-child { margin-top: 0; }
p { margin: .5rem 0; }
small, .answer, .type { color: var(--soft); font-size: .875rem; }
code, pre { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .875em; }
pre {
  margin: .75rem 0 0; padding: .75rem 1rem; overflow-x: auto; line-height: 1.45;
  background: var(--raised); border: 1px solid var(--line); border-radius: 6px;
}
pre code { font-size: .8125rem; }
.address code { font-size: 1.0625rem; padding: .25rem .5rem; background: var(--raised); border-radius: 6px; }
table { width: 100%; border-collapse: collapse; margin: .75rem 0; display: block; overflow-x: auto; }
th, td { padding: .375rem .75rem .375rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
th small { font-weight: 400; }
th { font-weight: 600; white-space: nowrap; }
.fields td:last-child { width: 100%; min-width: 14rem; }
.codes td { min-width: 14rem; width: 50%; }
.message { margin: 1rem 0; padding: 1rem 1.25rem; border: 1px solid var(--line); border-radius: 8px; }
.message:target { border-color: var(--accent); }
nav { position: sticky; top: 0; align-self: start; max-height: 100vh; overflow-y: auto; padding: 2.5rem 0; font-size: .875rem; }
nav ul { list-style: none; margin: 0 0 .75rem; padding: 0; }
nav ul ul { margin: 0 0 .5rem; padding-left: .75rem; border-left: 1px solid var(--line); }
nav .name { font-weight: 600; }
nav .way { color: var(--soft); }
main { padding-bottom: 6rem; }
@media (max-width: 60rem) {
  body { display: block; padding: 0 1rem; }
  nav { position: static; max-height: none; padding: 1rem 0 0; }
  nav ul ul { display: none; }
}
@media print { nav { display: none; } body { display: block; } }
`;
