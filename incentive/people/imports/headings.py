"""What the columns of a list of persons are called, as lists of people out there call them."""

from typing import Final

from incentive.core.i18n import Text, _

# Brackets, stars, spaces and case are taken off before these are looked at.
NAMES: Final[dict[str, frozenset[str]]] = {
    "name": frozenset(
        [
            "姓名",
            "名字",
            "志愿者姓名",
            "真实姓名",
            "人员姓名",
            "居民姓名",
            "name",
            "fullname",
            "volunteername",
            "volunteer",
        ]
    ),
    "phone": frozenset(
        [
            "手机号",
            "手机",
            "手机号码",
            "电话",
            "电话号码",
            "联系电话",
            "联系方式",
            "移动电话",
            "联系手机",
            "手机电话",
            "phone",
            "mobile",
            "phonenumber",
            "mobilenumber",
            "mobilephone",
            "telephone",
            "tel",
            "cell",
        ]
    ),
    "id_number": frozenset(
        [
            "身份证",
            "身份证号",
            "身份证号码",
            "公民身份号码",
            "证件号",
            "证件号码",
            "身份号码",
            "居民身份证号码",
            "idnumber",
            "idno",
            "idcard",
            "idcardnumber",
            "nationalid",
            "residentid",
        ]
    ),
    "id_type": frozenset(["证件类型", "证件类别", "证件种类", "idtype", "documenttype"]),
    "birth_month": frozenset(
        [
            "出生年月",
            "出生日期",
            "出生年月日",
            "生日",
            "birthmonth",
            "birthdate",
            "dateofbirth",
            "born",
            "birthday",
        ]
    ),
    "address": frozenset(
        [
            "地址",
            "住址",
            "家庭住址",
            "居住地址",
            "现住址",
            "联系地址",
            "详细地址",
            "通讯地址",
            "address",
            "homeaddress",
        ]
    ),
    "region": frozenset(
        [
            "网格",
            "社区",
            "所属网格",
            "所属社区",
            "所在社区",
            "所在网格",
            "村",
            "村社区",
            "社区村",
            "区划代码",
            "社区代码",
            "网格代码",
            "网格编号",
            "地区",
            "区域",
            "grid",
            "community",
            "region",
            "regioncode",
            "gridcode",
            "communitycode",
            "regionname",
        ]
    ),
    # Known, so that people see that they are not kept.
    "former_number": frozenset(
        [
            "志愿者编号",
            "志愿者号",
            "志愿服务编号",
            "编号",
            "原编号",
            "volunteernumber",
            "volunteerno",
        ]
    ),
    "note": frozenset(["备注", "说明", "附注", "note", "notes", "remark", "remarks", "comment"]),
}
# As the template and the file of what is to be mended head them.
WRITTEN: Final[dict[str, Text]] = {
    "name": _("Name"),
    "phone": _("Mobile number"),
    "id_number": _("ID number"),
    "id_type": _("Kind of document"),
    "birth_month": _("Month of birth"),
    "address": _("Address"),
    "region": _("Community or grid"),
}
KEPT: Final = tuple(WRITTEN)
ID_TYPE_WORDS: Final[dict[str, str]] = {
    "居民身份证": "resident_id",
    "身份证": "resident_id",
    "residentid": "resident_id",
    "idcard": "resident_id",
    "护照": "passport",
    "passport": "passport",
    "港澳居民来往内地通行证": "hk_macau_permit",
    "港澳通行证": "hk_macau_permit",
    "回乡证": "hk_macau_permit",
    "台湾居民来往大陆通行证": "taiwan_permit",
    "台胞证": "taiwan_permit",
    "外国人永久居留身份证": "foreign_id",
    "外国人永久居留证": "foreign_id",
}
# A row that says so is an example or a sum, and nobody.
EXAMPLES: Final = ("示例", "例：", "例:", "example")
TOTALS: Final = ("合计", "总计", "小计", "共计", "total")
