"""What of a personal value is shown to those who need not see all of it."""


def mask_phone(phone: str) -> str:
    """13800138000 -> 138****8000"""
    return f"{phone[:3]}****{phone[-4:]}"


def mask_name(name: str) -> str:
    """林志远 -> 林*"""
    return f"{name[:1]}*"
