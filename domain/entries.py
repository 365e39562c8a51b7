"""How an entry of the market register ended, in the words of a refusal."""


def ended_text(status: str) -> str:
    """What became of an enterprise that is not active."""
    match status:
        case "deregistered":
            return "已经注销"
        case "annulled":
            return "的登记已经被撤销"
        case _:
            return "已经被吊销营业执照"
