"""The application of a licence item's case: 优化审批服务事项办理; see `forms.licence_item`."""

from forms.licence_item import ItemApplication


class Application(ItemApplication):
    code = "licence_application.application"
    title = "优化审批服务事项办理"
    title_en = "Application for a licence item"
