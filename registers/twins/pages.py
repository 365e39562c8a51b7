"""The pages a person sees at the twins: plain forms, no script, nothing loaded from elsewhere."""

from fastapi.responses import HTMLResponse
from jinja2 import Environment
from sqlalchemy import RowMapping

from registers.twins.market_rules import CST

_HEAD = """<!doctype html>
<html lang="zh-CN">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{{ title }}</title>
<style>
  body { margin: 0 auto; max-width: 40rem; padding: 1.5rem; color: #17202b; background: #fff;
         font: 1.0625rem/1.7 "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; }
  header { border-bottom: 3px solid #174a86; padding-bottom: .5rem; }
  header p { margin: 0; color: #46525f; font-size: .9375rem; }
  h1 { font-size: 1.5rem; margin: 0; }
  label { display: block; margin-top: 1rem; font-weight: 700; }
  input, textarea { box-sizing: border-box; width: 100%; min-height: 2.75rem; padding: .5rem;
         font: inherit; border: 2px solid #6b7785; border-radius: 4px; }
  button { margin-top: 1.5rem; min-height: 2.75rem; padding: .25rem 1.5rem; font: inherit; color: #fff;
         background: #174a86; border: 0; border-radius: 4px; }
  button.quiet { color: #174a86; background: #fff; border: 2px solid #174a86; }
  :focus-visible { outline: 3px solid #17202b; box-shadow: 0 0 0 6px #ffd43b; }
  .note { border-left: 5px solid #6b7785; background: #f3f6f9; padding: .5rem 1rem; }
  .bad { border-color: #a8201a; background: #fce9e7; }
  .ok { border-color: #17663f; background: #e3f3ea; }
  code { overflow-wrap: anywhere; }
</style>
<header><p>演练环境·模拟登记系统</p><h1>{{ title }}</h1></header>
<main>
{% if error %}<p class="note bad" role="alert">{{ error }}</p>{% endif %}
"""

_PERSON = """
<label for="name{{ n }}">姓名</label>
<input id="name{{ n }}" name="name" autocomplete="name" required>
<label for="id{{ n }}">公民身份号码</label>
<input id="id{{ n }}" name="id_number" inputmode="text" autocomplete="off" maxlength="18" required>
"""

_IDENTITY = (
    _HEAD
    + """
<p>事项:{{ row.title }}(办件 {{ row.case_ref }})</p>
{% if row.state == "open" %}
<p class="note">请由 {{ masked }} 本人填写,与居民身份证一致。{{ until }}前有效。</p>
<form method="post">{% set n = "" %}"""
    + _PERSON
    + """<button>确认是本人</button></form>
{% elif row.state == "confirmed" %}<p class="note ok" role="status">认证已通过,可以关闭本页。</p>
{% elif row.state == "expired" %}<p class="note bad" role="status">本链接已过期,请联系登记机关重新发起。</p>
{% else %}<p class="note bad" role="status">认证未通过:{{ row.reason }}</p>{% endif %}
</main>"""
)

_SIGNATURE = (
    _HEAD
    + """
<p>文件:{{ row.title }}(办件 {{ row.case_ref }})</p>
<p>文件摘要(SHA-256):<br><code>{{ row.document_sha256 }}</code></p>
<p><a href="{{ row.id }}/document">查看待签文件(PDF)</a></p>
{% if row.state == "open" %}
<p class="note">请由 {{ masked }} 本人签署。签名使用测试证书,仅供演练。{{ until }}前有效。</p>
<form method="post">{% set n = "1" %}"""
    + _PERSON
    + """<button name="act" value="sign">签署</button></form>
<details><summary>不同意签署</summary>
<form method="post">{% set n = "2" %}"""
    + _PERSON
    + """<label for="reason">理由</label><textarea id="reason" name="reason" maxlength="200" required></textarea>
<button class="quiet" name="act" value="refuse">拒绝签署</button></form></details>
{% elif row.state == "signed" %}<p class="note ok" role="status">已签署,可以关闭本页。</p>
{% elif row.state == "expired" %}<p class="note bad" role="status">本链接已过期,请联系登记机关重新发起。</p>
{% else %}<p class="note bad" role="status">已拒绝签署:{{ row.reason }}</p>{% endif %}
</main>"""
)

_MISSING = _HEAD + "<p>没有此事项。请核对登记机关发给您的链接是否完整。</p></main>"

_environment = Environment(autoescape=True)
_templates = {
    "identity": _environment.from_string(_IDENTITY),
    "signature": _environment.from_string(_SIGNATURE),
    "missing": _environment.from_string(_MISSING),
}
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def identity(row: RowMapping, error: str | None = None) -> HTMLResponse:
    return _page("identity", "实名认证", row, error)


def signature(row: RowMapping, error: str | None = None) -> HTMLResponse:
    return _page("signature", "电子签名", row, error)


def missing() -> HTMLResponse:
    """For a link that leads nowhere; what was meant is not told."""
    html = _templates["missing"].render(title="链接无效", error=None)
    return HTMLResponse(html, status_code=404, headers=HEADERS)


def _page(kind: str, title: str, row: RowMapping, error: str | None) -> HTMLResponse:
    html = _templates[kind].render(
        row=row,
        title=title,
        error=error,
        # The link may be forwarded: whoever opens it learns the surname only.
        masked=row["person_name"][:1] + "*",
        until=f"{row['expires_at'].astimezone(CST):%Y年%m月%d日 %H:%M}",
    )
    return HTMLResponse(html, status_code=400 if error else 200, headers=HEADERS)
