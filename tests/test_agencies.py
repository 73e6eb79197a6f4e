"""Agencies and divisions: types, levels, spellings of names, codes of index numbers and sites."""

import pytest

from parsers.agencies import (
    complete_place,
    find_agency_type,
    find_legal_name,
    find_level,
    is_agency,
    is_short,
    load_agency_types,
    place_of_short,
    same_work,
    strip_unit,
)
from parsers.divisions import (
    Places,
    division_name,
    find_places,
    host_code,
    index_code,
    is_code,
    is_within,
    read_place,
)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("望溪区商务局", "commerce"),
        ("望溪区教育体育局", "education"),
        ("财政局", "finance"),
        ("望溪市卫生健康委员会", "health"),
        ("望溪区卫计局", "health"),
        ("砚湖市公安局望溪分局", "public_security"),
        ("司法局", "justice"),
        ("望溪县民政局", "civil_affairs"),
        ("望溪县人力资源和社会保障局", "human_resources"),
        ("望溪区人社局", "human_resources"),
        ("自然资源和规划局", "natural_resources"),
        ("国土资源局", "natural_resources"),
        ("砚湖市生态环境局望溪分局", "ecology_environment"),
        ("望溪区环境保护局", "ecology_environment"),
        ("住房和城乡建设局", "housing_construction"),
        ("交通运输局", "transport"),
        ("望溪县水务局", "water"),
        ("农业农村局", "agriculture"),
        ("望溪县林业局", "forestry"),
        ("文化广电旅游体育局", "culture_tourism"),
        ("应急管理局", "emergency"),
        ("审计局", "audit"),
        ("望溪市市场监督管理局", "market_regulation"),
        ("统计局", "statistics"),
        ("发展和改革局", "development_reform"),
        ("发展改革和经济信息化局", "development_reform"),
        ("经济和信息化局", "industry_information"),
        ("科技和工业信息化局", "science"),
        ("退役军人事务局", "veterans"),
        ("医疗保障局", "medical_insurance"),
        ("城市管理局", "urban_management"),
        ("综合行政执法局", "urban_management"),
        ("国家税务总局望溪区税务局", "tax"),
        ("气象局", "meteorology"),
        ("望溪区人民政府", "government"),
        ("望溪县政府", "government"),
        ("望溪区人民政府办公室", "government_office"),
        ("区府办", "government_office"),
        ("市政府办", "government_office"),
        ("柳堤镇人民政府", "township"),
        ("柳堤镇人民政府办公室", "township"),
        ("柳堤街道办事处", "township"),
        ("柳堤苏木人民政府", "township"),
        ("望溪经济开发区管理委员会", "development_zone"),
        ("望溪高新区管委会", "development_zone"),
        ("区投资促进局(区外事办)", "commerce"),
        ("望溪区什么局", None),
        ("", None),
        (None, None),
    ],
)
def test_agency_type(name: str | None, code: str | None) -> None:
    assert find_agency_type(name) == code


def test_types_are_documented_and_distinct() -> None:
    types = load_agency_types()
    assert len({kind.code for kind in types}) == len(types)
    assert all(kind.label_zh and kind.label_en and (kind.ends or kind.words) for kind in types)
    words = [word for kind in types for word in kind.words]
    assert len(words) == len(set(words))


@pytest.mark.parametrize(
    ("agency", "code", "level"),
    [
        ("吴兴区商务局", None, "district"),
        ("望溪区商务局", None, "district"),
        ("望溪县林业局", None, "district"),
        ("淮安市人民政府", None, "city"),
        ("淮安市应急管理局", None, "city"),
        ("诸暨市财政局", None, "district"),  # a city at county level
        ("望溪市财政局", None, None),  # 市 alone does not tell
        ("望溪市财政局", "330681", "district"),
        ("浙江省商务厅", None, "province"),
        ("北京市财政局", None, "province"),
        ("内蒙古自治区民政厅", None, "province"),
        ("阿拉善右旗人民政府", None, "district"),
        ("区商务局", None, "district"),
        ("市应急局", None, None),
        ("市民政局", "320800", "city"),
        ("望溪市民政局", "330681", "district"),
        ("市政府办公室", "320800", "city"),
        ("市应急局", "320800", "city"),
        ("商务局", "330502", "district"),
        ("商务局", None, None),
        ("柳堤镇人民政府", "330502", "township"),
        ("望溪区柳堤街道办事处", None, "township"),
        ("柳堤乡人民政府", None, "township"),
        ("景德镇市商务局", None, "city"),
        ("上海市公安局徐汇分局", None, "district"),
        ("城市管理局", None, None),
        ("市场监督管理局", None, None),
        ("望溪高新区管理委员会", "330500", None),
        (None, "330502", None),
    ],
)
def test_level(agency: str | None, code: str | None, level: str | None) -> None:
    assert find_level(agency, code, 2023) == level


@pytest.mark.parametrize(
    ("name", "full"),
    [
        ("望溪区", "望溪区人民政府"),
        ("吴兴区", "吴兴区人民政府"),
        ("柳堤镇", "柳堤镇人民政府"),
        ("柳堤镇政府", "柳堤镇人民政府"),
        ("望溪县政府", "望溪县人民政府"),
        ("柳堤街道", "柳堤街道办事处"),
        ("柳堤苏木", "柳堤苏木人民政府"),
        ("淮安市人民政府", "淮安市人民政府"),
        ("浦东新区", "浦东新区人民政府"),
        ("兴安盟", "兴安盟行政公署"),
        ("阿克苏地区", "阿克苏地区行政公署"),
        ("柳堤街", "柳堤街办事处"),
        ("望溪经济开发区", "望溪经济开发区"),
        ("望溪新区", "望溪新区"),
        ("望溪区商务局", "望溪区商务局"),
    ],
)
def test_bare_place_is_its_government(name: str, full: str) -> None:
    assert complete_place(name) == full


@pytest.mark.parametrize(
    ("name", "stripped"),
    [
        ("砚湖市望溪区商务局办公室", "砚湖市望溪区商务局"),
        ("望溪县教育局政务公开办公室", "望溪县教育局"),
        ("柳堤镇人民政府党政综合办公室", "柳堤镇人民政府"),
        ("柳堤街道办事处党政办", "柳堤街道办事处"),
        ("望溪区人民政府办公室", "望溪区人民政府办公室"),
        ("望溪区商务局", "望溪区商务局"),
    ],
)
def test_office_inside_an_agency(name: str, stripped: str) -> None:
    assert strip_unit(name) == stripped


@pytest.mark.parametrize(
    ("short", "name", "full"),
    [
        ("区商务局", "望溪区商务局", True),
        ("市应急局", "砚湖市应急管理局", True),
        ("区府办", "望溪区人民政府办公室", True),
        ("退役军人事务局", "望溪县退役军人事务局", True),
        ("发改委", "望溪县发展和改革委员会", True),
        ("区商务局", "望溪区教育局", False),
        ("望溪区商务局", "砚湖市望溪区商务局", False),  # not short
        ("柳堤镇人民政府", "砚湖市柳堤镇人民政府", False),  # a township has a name of its own
    ],
)
def test_short_forms(short: str, name: str, full: bool) -> None:
    assert find_legal_name(short, [name]) == (name if full else None)


@pytest.mark.parametrize("name", ["走过的路", "望溪区商务局2023年", "2024-01-17", "关于", "a" * 60, "局" * 50])
def test_is_no_agency(name: str) -> None:
    assert not is_agency(name)


def test_short_form_with_its_place() -> None:
    assert place_of_short("区商务局", "330502") == "吴兴区商务局"
    assert place_of_short("市应急局", "330502") == "湖州市应急局"
    assert place_of_short("县林业局", "330502") is None
    assert place_of_short("市政府办公室", "330500") == "湖州市政府办公室"
    assert place_of_short("市民政局", "330500") == "湖州市民政局"
    assert place_of_short("市政管理局", "330500") is None
    assert place_of_short("吴兴区商务局", "330502") is None
    assert is_short("市场监督管理局")
    assert place_of_short("市场监督管理局", "330500") is None


def test_same_work_in_another_place() -> None:
    assert same_work("吴兴区商务局", "湖州市南浔区商务局")
    assert not same_work("吴兴区商务局", "吴兴区教育局")


# ---------------------------------------------------------------- divisions


@pytest.mark.parametrize(
    ("code", "year", "places"),
    [
        ("330502", 2023, Places("浙江省", "湖州市", "吴兴区")),
        ("330500", 2023, Places("浙江省", "湖州市", None)),
        ("330000", 2023, Places("浙江省", None, None)),
        ("500153", 2023, Places("重庆市", None, "荣昌区")),
        ("429004", 2023, Places("湖北省", None, "仙桃市")),
        ("441900", 2023, Places("广东省", "东莞市", None)),
        ("420600", 2009, Places("湖北省", "襄樊市", None)),
        ("420600", 2023, Places("湖北省", "襄阳市", None)),
        ("330103", 2023, Places("浙江省", "杭州市", "下城区")),  # dissolved in 2021
        (None, 2023, Places()),
    ],
)
def test_places_of_a_code(code: str | None, year: int, places: Places) -> None:
    assert find_places(code, year) == places


@pytest.mark.parametrize(
    ("index_number", "code"),
    [
        ("330502/2024-00266", "330502"),
        ("11330800002618736G/2025-00251", "330800"),
        ("6107280000/2024-001005", "610728"),
        ("330599/2024-00001", None),  # no such code
        ("1133052467385078X9/2025-00001", None),
        ("000014349/2024-00001", None),
        ("000000001/2024-00001", None),
        ("014416330/2018-04736", None),
        ("330502123/2018-04736", None),  # an organisation code that happens to begin so
        ("K45899617/2026-00206", None),
        ("/2021-172732", None),
        ("Qz11120-2501-2011-00001", None),
        (None, None),
    ],
)
def test_division_of_an_index_number(index_number: str | None, code: str | None) -> None:
    assert index_code(index_number) == code


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://www.wuxing.gov.cn/art/2024/1/17/art_1.html", ("330502", True)),
        ("https://WUXING.gov.cn:443/", ("330502", True)),
        ("https://jyj.yanan.gov.cn/zfxxgk/", ("610600", False)),
        ("http://www.putuo.gov.cn/", (None, False)),  # two districts share the name
        ("http://61.150.65.235/zfxxgk/", (None, False)),
        ("https://www.gov.cn/", (None, False)),
        ("https://wuxing.gov.cn.example.com/", (None, False)),
        ("http://[broken", (None, False)),
        ("wuxing", (None, False)),
        (None, (None, False)),
    ],
)
def test_division_of_a_site(url: str | None, code: tuple[str | None, bool]) -> None:
    assert host_code(url) == code


def test_places_are_read_from_the_left() -> None:
    assert read_place("湖州市吴兴区商务局") == (frozenset({"330502"}), "商务局")
    assert read_place("朝阳区商务局")[0] == {"110105", "220104"}
    assert read_place("朝阳区商务局", 2023, "220100")[0] == {"220104"}
    assert read_place("长春市朝阳区商务局")[0] == {"220104"}
    assert read_place("望溪区商务局") == (frozenset(), "望溪区商务局")
    assert read_place("东区街道办事处")[0] == frozenset()  # many towns have an east end
    assert read_place("东区教育局", 2023, "510400")[0] == {"510402"}
    assert read_place("东区街道办事处", 2023, "510400")[0] == frozenset()  # a street office of that name
    assert read_place("古县镇人民政府")[0] == frozenset()
    assert read_place("古县城关镇人民政府")[0] == {"141025"}


def test_codes_within_codes() -> None:
    assert is_within("330502", "330500")
    assert is_within("330502", "330000")
    assert is_within("330502", "330502")
    assert not is_within("330500", "330502")
    assert is_code("330502")
    assert not is_code("330599")
    assert division_name("999999") is None
