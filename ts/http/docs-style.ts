/** Light and dark by the reader's setting; system fonts, since nothing comes from elsewhere. */
export const DOCS_STYLE = `
:root { color-scheme: light dark; --paper: #fff; --ink: #1c2024; --soft: #5b6570; --line: #dfe3e8; --panel: #f5f7f9; --link: #0b5cad;
  --get: #0b6e4f; --post: #0b5cad; --put: #8a5300; --delete: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --paper: #14171a; --ink: #e4e7ea; --soft: #9aa4ae; --line: #2c3238; --panel: #1d2226;
  --link: #7db8f2; --get: #6cd0a8; --post: #7db8f2; --put: #e3b25f; --delete: #f2938c; } }
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, sans-serif; }
a { color: var(--link); text-decoration: none; }
a:hover, a:focus-visible { text-decoration: underline; }
nav { position: fixed; inset: 0 auto 0 0; width: 20rem; overflow-y: auto; padding: 1.5rem 1.25rem; border-right: 1px solid var(--line); font-size: .875rem; }
nav ul { list-style: none; margin: 0; padding: 0; }
nav > ul > li { margin-bottom: .6rem; font-weight: 600; }
nav > ul > li > a { color: var(--ink); text-transform: capitalize; }
nav li li { font-weight: 400; line-height: 1.35; margin: .25rem 0 .25rem 3.4rem; text-indent: -3.4rem; }
nav li li a { color: var(--soft); }
nav li li b { display: inline-block; width: 3.2rem; text-indent: 0; font-size: .6875rem; }
.name { margin: 0 0 1rem; font-size: 1.125rem; font-weight: 700; }
small { color: var(--soft); font-weight: 400; }
main { margin-left: 20rem; padding: 2rem 3rem 6rem; max-width: 72rem; }
h1 { margin: 0 0 .5rem; font-size: 2rem; line-height: 1.2; }
h2 { margin: 3rem 0 .25rem; padding-bottom: .4rem; border-bottom: 1px solid var(--line); font-size: 1.5rem; }
h3 { margin: 0 0 .25rem; font-size: 1.0625rem; }
h4 { margin: 1.25rem 0 .35rem; font-size: .875rem; }
h2 a, h3 a { color: inherit; }
article { margin: 1.25rem 0; padding: 1.25rem; border: 1px solid var(--line); border-radius: .5rem; }
article:target, tr:target { outline: 2px solid var(--link); outline-offset: 2px; }
.summary { margin: 0 0 .25rem; font-weight: 600; }
article > p { margin: .25rem 0; }
.facts { color: var(--soft); font-size: .875rem; }
code, pre { font: .8125rem/1.55 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
pre { margin: .5rem 0; padding: .75rem 1rem; overflow-x: auto; background: var(--panel); border-radius: .375rem; }
pre.schema { white-space: pre-wrap; overflow-wrap: anywhere; }
pre.schema b { font-weight: 600; }
pre.schema i, td i { color: var(--soft); }
pre.command { border-left: 3px solid var(--link); }
.wide { overflow-x: auto; }
table { width: 100%; margin: .75rem 0; border-collapse: collapse; font-size: .875rem; }
th { text-align: left; color: var(--soft); font-weight: 600; }
th, td { padding: .4rem .75rem .4rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td.number { font-variant-numeric: tabular-nums; }
b.get { color: var(--get); } b.post { color: var(--post); } b.put, b.patch { color: var(--put); } b.delete { color: var(--delete); }
dl { display: grid; grid-template-columns: 3rem minmax(0, 1fr); gap: .3rem .75rem; margin: 0; font-size: .875rem; }
dt { font-weight: 600; font-variant-numeric: tabular-nums; }
dd { margin: 0; } dd p { margin: .25rem 0 0; }
.shell { opacity: .75; }
@media (max-width: 60rem) { nav { position: static; width: auto; border-right: 0; border-bottom: 1px solid var(--line); }
  main { margin: 0; padding: 1.25rem; } }
`;
