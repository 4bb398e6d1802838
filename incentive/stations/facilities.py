"""What a station may have to offer: the known set, by code, in words for the reader."""

from typing import Final

from incentive.core.i18n import Text, _

FACILITIES: Final[dict[str, Text]] = {
    "water": _("Drinking water"),  # 饮水
    "charging": _("Phone charging"),  # 手机充电
    "ebike_charging": _("E-bike charging"),  # 电动车充电
    "battery_swap": _("E-bike battery exchange"),  # 电动车换电
    "rest": _("Place to rest"),  # 休息区
    "toilet": _("Toilet"),  # 卫生间
    "microwave": _("Microwave oven"),  # 微波炉
    "refrigerator": _("Refrigerator"),  # 冰箱
    "medicine": _("First-aid box"),  # 应急药箱
    "repair": _("Repair tools"),  # 维修工具
    "air_conditioning": _("Air conditioning"),  # 空调
    "wifi": _("Wireless network"),  # 无线网络
    "reading": _("Reading corner"),  # 阅读角
    "umbrella": _("Umbrellas to borrow"),  # 爱心雨伞
    "nursing": _("Nursing room"),  # 母婴室
    "accessible": _("Step-free access"),  # 无障碍通道
    "parking": _("Parking for couriers"),  # 骑手停车位
    "counsel": _("Advice on rights and policies"),  # 政策与维权咨询
}
