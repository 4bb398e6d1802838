"""Where the demo takes place: communities of Kunming, their grids, and stations with goods.

The communities are real ones by their codes. The stations and their goods are made up; their
coordinates are near the places that they are named after.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from incentive.demo.ids import demo_id

SINCE: Final = datetime(2025, 1, 6, 1, 0, tzinfo=UTC)
CITY: Final = "5301"
HOME: Final = "530102001007"
COMMUNITIES: Final = (
    HOME,  # 翠湖
    "530102001003",  # 五华山
    "530102001013",  # 文林
    "530102002002",  # 南屏街
    "530102002005",  # 景星街
    "530102003005",  # 篆塘
    "530102003006",  # 顺城
    "530103001003",  # 白塔
    "530103001002",  # 明通巷
    "530103002004",  # 交三桥
    "530103002001",  # 桃源
    "530112001002",  # 丽苑
)
GRIDS: Final = (("第一网格", "place"), ("第二网格", "building"), ("第三网格", "park"))
_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOURS: Final = {day: [["08:30", "20:30"]] for day in _DAYS}


@dataclass(frozen=True, slots=True)
class Goods:
    """An item of a station's catalogue."""

    name: str
    points: int
    stock: int
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A station of the demo."""

    name: str
    community: str
    kind: str
    address: str
    latitude: float
    longitude: float
    facilities: tuple[str, ...]
    goods: tuple[Goods, ...] = ()

    @property
    def id(self) -> UUID:
        """The same in every run."""
        return demo_id(SINCE, "station", self.name)

    def row(self, region_id: UUID) -> dict[str, Any]:
        """Return the station's columns."""
        return {
            "id": self.id,
            "region_id": region_id,
            "name": self.name,
            "kind": self.kind,
            "address": self.address,
            "latitude": self.latitude,
            "longitude": self.longitude,
            "hours": _HOURS,
            "facilities": sorted(self.facilities),
            "status": "open",
            "created_at": SINCE,
        }

    def item_rows(self) -> list[dict[str, Any]]:
        """Return the columns of the station's items."""
        return [
            {
                "id": demo_id(SINCE, "item", self.name, goods.name),
                "station_id": self.id,
                "name": goods.name,
                "points_price": goods.points,
                "stock": goods.stock,
                "per_person_limit": goods.limit,
                "created_at": SINCE,
            }
            for goods in self.goods
        ]


_GROCERIES: Final = (
    Goods("抽纸一提", 10, 200),
    Goods("洗洁精 1 kg", 15, 120),
    Goods("洗衣液 2 kg", 30, 80),
    Goods("菜籽油 5 L", 90, 30, limit=2),
    Goods("遮放米 5 kg", 60, 40, limit=2),
    Goods("晴雨伞", 25, 60),
)
_SERVICES: Final = (
    Goods("理发一次", 20, 60, limit=1),
    Goods("电动车保养一次", 30, 40, limit=1),
    Goods("充电宝一天", 5, 300),
    Goods("热饭一份", 12, 100),
)
STATIONS: Final = (
    Place(
        "翠湖积分超市",
        HOME,
        "points_supermarket",
        "五华区翠湖南路 67 号",
        25.0478,
        102.7033,
        ("water", "rest", "umbrella", "wifi"),
        _GROCERIES,
    ),
    Place(
        "南屏街暖新驿站",
        "530102002002",
        "station",
        "五华区南屏街 88 号",
        25.0391,
        102.7148,
        ("water", "charging", "ebike_charging", "rest", "microwave", "repair", "toilet"),
        _SERVICES,
    ),
    Place(
        "顺城骑手之家",
        "530102003006",
        "station",
        "五华区顺城街 11 号",
        25.0384,
        102.7079,
        ("water", "battery_swap", "rest", "refrigerator", "medicine", "parking", "counsel"),
        _SERVICES,
    ),
    Place(
        "白塔积分超市",
        "530103001003",
        "points_supermarket",
        "盘龙区白塔路 131 号",
        25.0427,
        102.7236,
        ("water", "rest", "accessible"),
        _GROCERIES,
    ),
    Place(
        "篆塘党群服务中心",
        "530102003005",
        "service_centre",
        "五华区大观街 20 号",
        25.0419,
        102.6957,
        ("water", "reading", "nursing", "air_conditioning", "wifi", "accessible"),
    ),
    Place(
        "丽苑积分超市",
        "530112001002",
        "points_supermarket",
        "西山区西苑路 9 号",
        25.0345,
        102.6712,
        ("water", "rest", "repair"),
        _GROCERIES,
    ),
)


def grid_code(community: str, number: int) -> str:
    """Return the code of the community's grid, counted from 1."""
    return f"{community}{number:03d}"


def short_name(official: str) -> str:
    """Return a community's name as people say it: without its committee."""
    return official.removesuffix("居民委员会").removesuffix("居委会")


HOME_GRID: Final = grid_code(HOME, 1)
