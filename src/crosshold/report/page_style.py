"""How the page looks: one style sheet, light and dark, screen and paper, wide and narrow."""

from __future__ import annotations

TEXT = "'Source Sans 3','Segoe UI','Helvetica Neue',Arial,'Noto Sans','Hiragino Sans','Noto Sans CJK JP','Yu Gothic',Meiryo,sans-serif"
HEAD = "'Iowan Old Style','Palatino Linotype',Palatino,Georgia,'Hiragino Mincho ProN','Noto Serif CJK JP','Yu Mincho',serif"
LIGHT = "--paper:#fff;--wash:#f4f6f8;--ink:#16212c;--soft:#51606e;--rule:#d5dde5;--mark:#0a5fb8;--lost:#a63a00;--good:#17603f;"
DARK = "--paper:#12181e;--wash:#1a232b;--ink:#e9eef3;--soft:#a5b3c0;--rule:#33414d;--mark:#6db3ff;--lost:#ff9a5c;--good:#6fd0a0;"

CSS = f"""
:root{{color-scheme:light dark;{LIGHT}}}
@media(prefers-color-scheme:dark){{:root{{{DARK}}}}}
*{{box-sizing:border-box}}
html{{-webkit-text-size-adjust:100%}}
body{{margin:0;background:var(--paper);color:var(--ink);font:17px/1.55 {TEXT};overflow-wrap:break-word}}
.page{{max-width:1120px;margin:0 auto;padding:44px 28px 72px}}
h1,h2,h3{{font-family:{HEAD};font-weight:600;line-height:1.2;text-wrap:balance}}
h1{{font-size:clamp(1.75rem,4.2vw,2.6rem);margin:.2em 0 .35em}}
h2{{font-size:1.5rem;margin:0 0 .6em}}
h3{{font-size:1.1rem;margin:1.6em 0 .5em}}
p,li{{max-width:74ch}}
p{{margin:.5em 0}}
.kicker{{color:var(--soft);font-size:.86rem;letter-spacing:.02em;margin:0}}
.deck{{font-size:1.14rem;color:var(--soft);margin:0 0 1.4em}}
section{{border-top:1px solid var(--rule);padding-top:28px;margin-top:40px}}
.answer{{list-style:none;margin:0;padding:0;border-left:4px solid var(--mark)}}
.answer strong{{color:var(--mark)}}
.answer li{{padding:.42em 0 .42em 18px;font-size:1.06rem;max-width:86ch}}
nav{{font-size:.9rem;margin:26px 0 0}}
nav ul{{list-style:none;margin:0;padding:0;display:flex;flex-wrap:wrap;gap:6px 18px}}
a{{color:var(--mark);text-underline-offset:.15em}}
a:focus-visible,[tabindex]:focus-visible{{outline:3px solid var(--mark);outline-offset:2px}}
.skip{{position:absolute;left:-999px}}.skip:focus{{left:8px;top:8px;background:var(--paper);padding:8px;z-index:2}}
.scroll{{overflow-x:auto;margin:.8em 0 1.2em;border:1px solid var(--rule);border-radius:6px}}
table{{border-collapse:collapse;width:100%;font-size:.92rem;line-height:1.4;font-variant-numeric:tabular-nums}}
caption{{text-align:left;padding:10px 14px;color:var(--soft);font-size:.88rem;caption-side:top}}
th,td{{padding:8px 14px;text-align:left;vertical-align:top;border-top:1px solid var(--rule)}}
thead th{{background:var(--wash);font-weight:600;font-size:.86rem;vertical-align:bottom}}
tbody th{{font-weight:600}}
td.n{{text-align:right;white-space:nowrap}}
th.n{{text-align:right;min-width:5.6em}}
tbody th,td.t{{min-width:8.5em}}
td.t:last-child{{min-width:11em}}
td ul{{margin:0;padding-left:1.1em}}
tr.part th{{background:var(--wash);font-size:.84rem;color:var(--soft);font-weight:600}}
.word{{display:inline-block;border:1px solid currentColor;border-radius:3px;padding:0 .42em;font-size:.84em;white-space:nowrap}}
.word.disputed,.word.denied,.word.rumoured{{color:var(--lost)}}
.word.filed,.word.confirmed{{color:var(--good)}}
.word.reported,.word.unanswered,.word.projected{{color:var(--soft)}}
.lost{{color:var(--lost)}}
figure{{margin:1.2em 0 1.8em}}
figcaption{{color:var(--soft);font-size:.92rem;max-width:86ch;margin-top:.4em}}
figure h3{{margin:0 0 .5em}}
.chart{{overflow-x:auto;border:1px solid var(--rule);border-radius:6px;background:var(--paper)}}
.chart svg{{display:block;margin:0 auto;max-width:100%;height:auto;min-width:640px}}
.chart svg.ch{{min-width:880px}}
.key{{font-size:.92rem;padding-left:1.2em}}
.key li{{margin:.25em 0}}
.ways{{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(300px,100%),1fr));gap:0 30px}}
.note{{background:var(--wash);border-radius:6px;padding:12px 18px;font-size:.95rem}}
.note p,.note li{{margin:.3em 0}}
.note ul{{margin:.2em 0;padding-left:1.1em}}
dl{{display:grid;grid-template-columns:max-content 1fr;gap:.3em 1.4em;font-size:.92rem;margin:.6em 0}}
dt{{color:var(--soft)}}dd{{margin:0}}
footer{{border-top:1px solid var(--rule);margin-top:40px;padding-top:20px;color:var(--soft);font-size:.9rem}}
@media(max-width:640px){{
body{{font-size:16px}}.page{{padding:26px 16px 48px}}section{{margin-top:30px;padding-top:22px}}
th,td{{padding:7px 10px}}dl{{grid-template-columns:1fr}}dd{{margin-bottom:.5em}}
}}
@media print{{
:root{{color-scheme:light;{LIGHT}}}
@page{{size:A4;margin:16mm 14mm}}
body{{font-size:10.5pt}}.page{{max-width:none;padding:0}}nav,.skip{{display:none}}
section{{margin-top:18pt;padding-top:10pt}}h2,h3,caption{{break-after:avoid}}
figure,tr,.note,.answer{{break-inside:avoid}}.scroll,.chart{{overflow:visible;border:0}}
.chart svg,.chart svg.ch{{min-width:0;max-height:24cm}}table{{font-size:8.6pt}}th,td{{padding:3pt 5pt}}thead{{display:table-header-group}}
a{{color:inherit;text-decoration:none}}
}}
"""
