"""Made-up context for the pages of signing in, in the shape that each template names."""

PUBLIC = (
    "sign_in_sms",
    "sign_in_sms_sent",
    "sign_in_sms_wrong",
    "forgotten_password",
    "forgotten_password_sent",
    "forgotten_password_wrong",
    "register_proving",
)


def by_code(**more):
    return {"errors": [], "phone": "", "sent": False, "next": "", "password_min": 8} | more


WRONG = {"errors": [("code", "验证码不正确。")], "phone": "13812345678", "sent": True}
PAGES = {
    "sign_in_sms": ("web/sign_in_sms.html", by_code),
    "sign_in_sms_sent": (
        "web/sign_in_sms.html",
        lambda: by_code(sent=True, phone="13812345678", next="/duty"),
    ),
    "sign_in_sms_wrong": ("web/sign_in_sms.html", lambda: by_code(**WRONG)),
    "forgotten_password": ("web/forgotten_password.html", by_code),
    "forgotten_password_sent": (
        "web/forgotten_password.html",
        lambda: by_code(sent=True, phone="13812345678"),
    ),
    "forgotten_password_wrong": ("web/forgotten_password.html", lambda: by_code(**WRONG)),
}
