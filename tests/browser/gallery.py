"""A page with every component, for looking at them and for axe."""

GALLERY = """
{% set audience = "desk" if page.request.query_params.get("desk") else "public" %}
{% extends "base.html" %}
{% block title %}各种状态{% endblock %}
{% block page_id %}T1{% endblock %}
{% block banner %}{{ m.degraded("税务接口", "税务反馈会晚到，法定期限照常计算。") }}{% endblock %}
{% block crumb %}{{ m.crumb([("首页", "/"), ("我的办件", "/cases"), ("简易注销登记", "")]) }}{% endblock %}
{% block main %}
<div class="page-head"><p class="meta">简易注销登记 · 办件编号 <span class="no">421303-2026-0001234-7</span></p>
<h1>随州市曾都区红光商贸有限公司</h1><p class="lede">正在公示，到 {{ cards[0].legal_end | day_end }} 为止。</p></div>
<div class="stack-l">
<div class="measure">{% call m.ball("税务等部门和债权人", "有意见的提出异议", cards[0].legal_end | day_end_text, mine=true) %}等待即可，也可以<a href="/x">撤回申请</a>{% endcall %}</div>
<section><h2>办到哪一步</h2>{{ flow(stages, moves, main, passed, notes, "办件流程") }}</section>
<div class="cols"><div class="stack-l">
<section class="stack"><h2>期限</h2>{% for card in cards %}{{ m.clock(card, open=loop.last) }}{% endfor %}
{{ m.ledger(account) }}</section>
<section class="stack"><h2>经过</h2>{{ m.timeline([
  {"what": "将于 10月9日 开放注销申请", "at": none, "when": "如公示期内没有异议", "by": "", "state": "future", "links": []},
  {"what": "公示已发布", "at": at, "by": "国家企业信用信息公示系统", "state": "now", "links": [("公示原文", "/x")]},
]) }}</section>
<section class="stack"><h2>灯和标签</h2><ul class="plain stack-s">{% for kind, text in [("green", "正常"), ("amber", "明天到期"), ("red", "超 1 个工作日"), ("paused", "已暂停"), ("prov", "暂定")] %}<li>{{ m.light(kind, text) }}</li>{% endfor %}</ul>
<p class="row">{% for kind in ("", "do", "half", "done", "locked", "ok", "warn", "bad") %}{{ m.tag("状态", kind) }}{% endfor %}</p></section>
<section class="stack"><h2>任务清单</h2>{{ m.task_list([
  {"title": "名称和住所", "href": "/x", "hint": "青禾食品", "tag": "已完成", "kind": "done"},
  {"title": "核对答案", "href": "", "hint": "前三部分完成后开放", "tag": "还不能开始", "kind": "locked"},
]) }}</section>
<section class="stack"><h2>填写</h2>{{ m.error_summary({"capital": "请填写注册资本"}) }}
<form method="post" action="/x">{{ page.csrf_field }}
{{ m.input("capital", "注册资本", hint="万元", error="请填写注册资本", width="s", inputmode="numeric") }}
{{ m.textarea("reason", "事实和理由", optional=true) }}
{{ m.select("kind", "企业类型", [("llc", "有限责任公司"), ("partner", "合伙企业")], value="llc") }}
{{ m.choices("legal", "法定代表人由谁担任", [("a", "董事", "执行公司事务的"), ("b", "经理", "")], values=("a",), hint="只能是一人", error="请选择") }}
{{ m.checkbox("agree", "我已核对以上内容") }}
{{ m.upload("proof", "住所使用证明", hint="PDF 或照片") }}
<p class="mt"><button class="btn btn--primary">保存并继续</button></p></form></section>
<section class="stack"><h2>核对</h2>{{ m.summary([("名称", "青禾食品", "已通过数据共享核实", ""), ("其他说明", "", "", "/x")]) }}</section>
<section class="panel">{{ m.empty("没有符合条件的办件", "筛选条件：超期。", "/x", "清除筛选") }}</section>
{{ m.result("", "证照有效", "由本局核发。", at) }}{{ m.result("warn", "查不到这张证照", "请核对编号。", at) }}
{{ m.pagination("", "/x?cursor=1", "1–50") }}
<div class="paper"><h3>准予登记通知书</h3><p class="in">准予登记。</p><div class="sign"><p>随州市曾都区市场监督管理局</p><p>{{ at | day }}</p>{{ m.seal("随州市曾都区市场监督管理局", "测试印章") }}</div></div>
</div><aside class="aside" aria-label="办件信息"><section><h2>首办责任人</h2><p>陈思远，登记注册股</p></section></aside></div>
</div>
{% endblock %}
"""
