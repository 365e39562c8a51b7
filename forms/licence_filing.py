"""The application of a licence item's case: 审批改为备案事项办理; see `forms.licence_item`."""

from forms.licence_item import ItemApplication


class Application(ItemApplication):
    code = "licence_filing.application"
    title = "审批改为备案事项办理"
    title_en = "Filing of a licence item"
